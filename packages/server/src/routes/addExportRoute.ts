import { constants, createGzip } from 'node:zlib'
import { Readable } from 'node:stream'
import type { Context, Hono } from 'hono'
import { createEncoder } from '../export/createEncoder.ts'
import type { Page } from '../export/createPages.ts'
import { parseSelection } from '../export/parseSelection.ts'
import { refuse, refuseForNow } from '../http/refuse.ts'
import { requireKey } from '../http/requireKey.ts'
import { getMessage } from '../log.ts'
import type { ServerContext } from '../serverContext.ts'

/** Events looked at in one turn of the event loop: some milliseconds, in which no batch is taken. */
const PAGE = 250
/** Parquet is made a row group at a time, in one turn: as few as readers bear, since batches wait meanwhile. */
const GROUP_ROWS = 1_000
const MAX_EXPORTS = 2
const RETRY_MS = 10_000
/** While the collector is behind, an export waits, but not for ever. */
const GIVE_WAY_MS = 50
const MAX_GIVE_WAY = 40

const TYPES = { ndjson: 'application/x-ndjson', parquet: 'application/vnd.apache.parquet' } as const

const toIterator = (pages: Iterable<Page> | AsyncIterable<Page>): Iterator<Page> | AsyncIterator<Page> =>
  Symbol.asyncIterator in pages ? pages[Symbol.asyncIterator]() : pages[Symbol.iterator]()

/**
 * `GET /v1/export/:dataset`, with a server key of the scope `export`: events, exposures or profiles as a stream. The header
 * `Unblink-Cursor` names the last event in it, to be sent as `after` the next time.
 */
export function addExportRoute(app: Hono, context: ServerContext): void {
  const { exportLog, audit, writer, pressure, metrics, isDraining, log, now } = context
  const exported = metrics.registry.counter('unblink_export_rows_total', 'Rows exported over HTTP.', 'dataset', [
    'events',
    'exposures',
    'profiles',
  ])
  let open = 0
  metrics.registry.gauge('unblink_exports_open', 'Exports over HTTP that are under way.', () => open)

  const giveWay = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    for (let count = 0; count < MAX_GIVE_WAY && pressure.getLevel() > 0; count++)
      await new Promise((resolve) => setTimeout(resolve, GIVE_WAY_MS))
  }

  app.get('/v1/export/:dataset', async (c: Context) => {
    const key = requireKey(c, context, 'export')
    if (!key.ok) return key.response
    const { format: as, from, to, after, types, pseudonymise = '0' } = c.req.query()
    const parsed = parseSelection({ dataset: c.req.param('dataset'), format: as, from, to, after, types })
    if (!parsed.ok) return refuse(c, 400, 'schema', `${parsed.error}.`)
    if (!['0', '1'].includes(pseudonymise)) return refuse(c, 400, 'schema', 'pseudonymise: expected 0 or 1.')
    if (open >= MAX_EXPORTS) {
      const message = `${MAX_EXPORTS} exports are under way. Try again when one of them has ended.`
      return refuseForNow(c, { status: 429, code: 'busy', message, retryMs: RETRY_MS })
    }
    const { selection, format } = parsed.value
    const { dataset } = selection
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': TYPES[format] })
    open++
    // What cannot be put down does not happen; and what is read up to there is on the disk.
    const note = () => audit.add({ at: now(), actor: `key:${key.id}`, action: 'bulk_export', about: dataset })
    const last = await exportLog.begin(writer, note).catch((error: unknown) => {
      log({ level: 'error', code: 'export_failed', message: getMessage(error), dataset })
      return undefined
    })
    if (last === undefined) {
      open--
      return refuse(
        c,
        503,
        'storage',
        'Who exports could not be put into the audit, so nothing is exported. Try later.',
      )
    }
    const isPseudonymous = pseudonymise === '1'
    const pages = toIterator(exportLog.createPages({ last, ...selection, isPseudonymous }, PAGE))
    const encoder = createEncoder(dataset, format, GROUP_ROWS)
    const startedAt = now()
    let rows = 0

    async function* stream(): AsyncGenerator<Uint8Array> {
      let outcome = 'export_aborted'
      try {
        for (;;) {
          await giveWay()
          if (isDraining()) throw new Error('the server is stopping')
          const next = await pages.next()
          if (next.done) break
          rows += next.value.rows.length
          exported.add(next.value.rows.length, dataset)
          const bytes = encoder.push(next.value.rows)
          if (bytes.length > 0) yield bytes
        }
        yield encoder.end()
        outcome = 'exported'
      } catch (error) {
        // Whoever asked has gone; the stream then ends so.
        if (error instanceof Error && error.name === 'AbortError') throw error
        outcome = 'export_failed'
        log({ level: 'error', code: outcome, message: `An export was cut off: ${getMessage(error)}`, dataset, rows })
        throw error
      } finally {
        await pages.return?.()
        const message = outcome === 'exported' ? 'An export was sent.' : 'An export ended before it was whole.'
        if (outcome !== 'export_failed')
          log({ level: 'info', code: outcome, message, dataset, rows, by: key.ok ? key.id : '', ms: now() - startedAt })
      }
    }

    const isZipped = format === 'ndjson' && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
    const source = Readable.from(stream(), { objectMode: false, highWaterMark: 64 * 1024 })
    const body = (isZipped ? source.compose(createGzip({ level: constants.Z_BEST_SPEED })) : source) as Readable
    body.once('close', () => open--)
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
    c.header('vary', 'Accept-Encoding')
    c.header('content-disposition', `attachment; filename="${dataset}.${format}"`)
    if (isZipped) c.header('content-encoding', 'gzip')
    // A range that ends before the log does leaves out events that no cursor may pass over.
    if (dataset !== 'profiles' && selection.to === undefined) c.header('unblink-cursor', String(last))
    return c.body(Readable.toWeb(body) as ReadableStream, 200, { 'content-type': TYPES[format] })
  })
}
