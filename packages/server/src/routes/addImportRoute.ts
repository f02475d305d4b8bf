import { performance } from 'node:perf_hooks'
import type { Hono } from 'hono'
import { refuse, refuseForNow } from '../http/refuse.ts'
import { requireKey } from '../http/requireKey.ts'
import type { ServerContext } from '../serverContext.ts'
import { importLines, type Imported } from '../sources/importLines.ts'
import { writeAttributes } from '../sources/writeAttributes.ts'

/** Each holds less than 200 KB; more at once would only wait for each other. */
const MAX_OPEN = 4
const CALM_MS = 20
const RETRY_MS = 1_000
/** An import is over, for the log, when nothing of it has come for so long. */
const QUIET_MS = 10_000

const OUTCOMES = ['set', 'same', 'rejected'] as const

/** Sums up what came by one key until it is quiet, so that an import of a thousand requests is one line in the log. */
function createSummary({ log }: Pick<ServerContext, 'log'>) {
  const sums = new Map<string, { lines: number; set: number; same: number; rejected: number }>()
  const timers = new Map<string, NodeJS.Timeout>()
  const tell = (key: string) => {
    const sum = sums.get(key)
    sums.delete(key)
    timers.delete(key)
    log({ level: 'info', code: 'import', message: 'An import has ended, or pauses.', key, ...sum })
  }
  return (key: string, { lines, set, same, rejected }: Imported) => {
    const sum = sums.get(key) ?? { lines: 0, set: 0, same: 0, rejected: 0 }
    sums.set(key, {
      lines: sum.lines + lines,
      set: sum.set + set,
      same: sum.same + same,
      rejected: sum.rejected + rejected.length,
    })
    clearTimeout(timers.get(key))
    timers.set(key, setTimeout(tell, QUIET_MS, key).unref())
  }
}

/**
 * `POST /v1/import`: attributes of many visitors, a line of JSON each, taken as they come. Needs a server key with the scope
 * `attributes`. Answers how many lines were taken, and which of them were rejected and why; `next` says when to send the
 * rest, where not all were taken. `?dryRun=true` judges and writes nothing. See docs/sources.md.
 */
export function addImportRoute(app: Hono, context: ServerContext): void {
  const { metrics, pressure, isDraining } = context
  const lines = metrics.registry.counter('unblink_import_lines_total', 'Lines of imports.', 'outcome', OUTCOMES)
  const summarise = createSummary(context)
  let open = 0

  /** What visitors send is never refused because of an import. */
  const whenCalm = async () => {
    while (pressure.getLevel() > 0 && !isDraining()) await new Promise((resolve) => setTimeout(resolve, CALM_MS))
  }

  app.post('/v1/import', async (c) => {
    const key = requireKey(c, context, 'attributes')
    if (!key.ok) return key.response
    const type = c.req.header('content-type') ?? ''
    if (!/^(application\/(x-ndjson|ndjson|jsonl)|text\/plain)\s*(;|$)/i.test(type))
      return refuse(c, 415, 'content_type', 'Send lines of JSON as application/x-ndjson.')
    if (!/^identity$/i.test(c.req.header('content-encoding') ?? 'identity'))
      return refuse(c, 415, 'content_encoding', 'Send the lines as they are, not compressed.')
    const dryRun = c.req.query('dryRun') ?? 'false'
    if (dryRun !== 'true' && dryRun !== 'false') return refuse(c, 400, 'dryRun', 'dryRun: expected true or false')
    if (isDraining()) return refuse(c, 503, 'draining', 'The server is stopping. Ask another, or wait for the next.')
    const body = c.req.raw.body
    if (!body) return refuse(c, 400, 'schema', 'There is no line. Send a line of JSON for each visitor.')
    if (open >= MAX_OPEN) {
      const message = `${MAX_OPEN} imports are under way, and more at once would be no faster. Send it again later.`
      return refuseForNow(c, { status: 429, code: 'rate', message, retryMs: RETRY_MS })
    }
    open++
    try {
      const isDryRun = dryRun === 'true'
      const options = { actor: `key:${key.id}`, onlyChanges: true, isDryRun }
      const imported = await importLines({
        chunks: body,
        write: (line) => writeAttributes(context, line, options),
        whenCalm,
        isDraining,
        getTime: () => performance.now(),
      })
      const { rejected, stopped, ...counts } = imported
      if (!isDryRun) {
        for (const outcome of OUTCOMES) lines.add(outcome === 'rejected' ? rejected.length : counts[outcome], outcome)
        summarise(key.id, imported)
      }
      if (stopped === 'broken') return refuse(c, 400, 'broken', 'The body broke off. Send the rest again.')
      c.header('cache-control', 'no-store')
      const next = stopped === 'busy' || stopped === 'draining' ? RETRY_MS : 0
      return c.json({ v: 1, ...counts, rejected, ...(stopped ? { stopped, next } : {}) })
    } finally {
      open--
    }
  })
}
