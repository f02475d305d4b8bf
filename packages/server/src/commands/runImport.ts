import { performance } from 'node:perf_hooks'
import { resolve } from 'node:path'
import { getMessage } from '../log.ts'
import { createImportProgress, formatCount } from '../sources/createImportProgress.ts'
import { createImportRejects, type ImportRejects } from '../sources/createImportRejects.ts'
import { createImportSender, type RejectedRow, type SentPart, type SentRow } from '../sources/createImportSender.ts'
import { importRows } from '../sources/importRows.ts'
import { openImportFile } from './openImportFile.ts'
import { readFlags } from './readFlags.ts'
import { readSiteFor } from './readSiteFor.ts'
import { UsageError } from './UsageError.ts'

const USAGE = `unblink import FILE: set attributes of many visitors, at a running server

  FILE                  .csv, .tsv, .ndjson or .jsonl, also with .gz; - reads the standard input
  --url URL             where the server is (default http://127.0.0.1:4700)
  --config FILE         take the server key from this site config (default: the environment variable UNBLINK_KEY)
  --format FORMAT       csv or ndjson, where the name does not tell
  --visitor-column NAME the column with visitors' ids, those of the cookie ub_v (default visitor)
  --user-column NAME    the column with your own ids of users who have logged in (default user)
  --column FROM=NAME    take this column, as the attribute NAME; may be repeated, and then no other is taken
  --column FROM=NAME:TYPE  and make it a string, number, boolean, list (a|b) or json
  --delimiter SIGN      between cells (default: , or ; or a tab, whichever the first line has most of)
  --clear-empty         an empty cell takes the attribute away (default: it leaves it as it is)
  --rejects FILE        rows that were not taken, and why (default FILE.rejects.ndjson)
  --from-line N         begin with this line of the file
  --dry-run             have every row judged by the server, and set nothing
  --help                this text

The first line of a CSV file names the columns, as NAME or NAME:TYPE; without a type, a cell is text. A line of NDJSON is
{"visitor":"…","set":{…}} or {"user":"…","set":{…}}, or has the attributes beside the id. Repeating an import changes nothing; where
a file names one visitor twice, the last row counts. Ends with 0 when every row was taken, with 1 when not.
`

const OPTIONS = {
  url: { type: 'string', default: 'http://127.0.0.1:4700' },
  config: { type: 'string' },
  format: { type: 'string' },
  'visitor-column': { type: 'string', default: 'visitor' },
  'user-column': { type: 'string', default: 'user' },
  column: { type: 'string', multiple: true, default: [] },
  delimiter: { type: 'string' },
  'clear-empty': { type: 'boolean' },
  rejects: { type: 'string' },
  'from-line': { type: 'string', default: '1' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean' },
} as const satisfies Parameters<typeof readFlags>[1]

/** What is sent at once. A part is repeated as a whole when its connection breaks. */
const MAX_ROWS = 2_000
const MAX_BYTES = 512 * 1024
/** When nothing of so many rows was taken, the whole file is of another kind. */
const HOPELESS = 1_000

async function getKey(config: string | undefined): Promise<string> {
  if (config === undefined) {
    const key = process.env['UNBLINK_KEY']
    if (key) return key
    throw new UsageError(
      'Say with which server key: put it into the environment variable UNBLINK_KEY, or name --config FILE.',
    )
  }
  const { keys } = await readSiteFor(config)
  const scoped = Object.values(keys.servers ?? {}).find(({ scopes }) => scopes.includes('attributes'))
  const key = keys.server ?? scoped?.secret
  if (key !== undefined) return key
  throw new UsageError(`${config} has no server key with the scope "attributes". Add one to keys.servers.`)
}

function parseUrl(url: string): string {
  if (URL.canParse(url) && /^https?:/.test(url)) return url
  throw new UsageError(`--url ${url}: expected an address like http://127.0.0.1:4700.`)
}

/** The key and the rows go over the wire as they are. */
const isInClear = (url: string) => {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

function parseLine(text: string): number {
  const line = Number(text)
  if (/^\d{1,12}$/.test(text) && line >= 1) return line
  throw new UsageError(`--from-line ${text}: expected the number of a line, from 1.`)
}

/** Rows that go together, and those among them that cannot go. */
interface Part {
  rows: SentRow[]
  faults: RejectedRow[]
  bytes: number
}

const newPart = (): Part => ({ rows: [], faults: [], bytes: 0 })

class Hopeless extends Error {}

export async function runImport(args: string[]): Promise<number> {
  const { flags, name } = readFlags(args, OPTIONS, true)
  if (flags.help) return (process.stdout.write(USAGE), 0)
  if (name === undefined) throw new UsageError('Say what to import: a file, or - for the standard input.')
  const isDryRun = flags['dry-run'] ?? false
  const url = parseUrl(flags.url)
  const fromLine = parseLine(flags['from-line'])
  const rejectsFile = flags.rejects ?? (name === '-' ? 'import.rejects.ndjson' : `${name}.rejects.ndjson`)
  if (resolve(rejectsFile) === resolve(name))
    throw new UsageError('--rejects names the file that is imported; name another.')
  if (flags.delimiter !== undefined && !/^[^"\r\n]$/.test(flags.delimiter))
    throw new UsageError('--delimiter: expected one sign, and no quote.')
  const file = openImportFile(name, flags.format)
  const key = await getKey(flags.config)

  const getTime = () => performance.now()
  const startedAt = getTime()
  const print = (text: string) => process.stderr.write(text)
  const progress = createImportProgress({ print, isTerminal: process.stderr.isTTY === true, getTime })
  if (isInClear(url))
    progress.tell(`The key and the rows go to ${new URL(url).host} unencrypted. Use https where others can listen.`)
  const rejects = createImportRejects(rejectsFile)
  const counts = { rows: 0, set: 0, same: 0, doneLine: 0 }
  let isStopping = false
  const stop = () => {
    isStopping = true
    progress.tell('Stopping after what is under way.')
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)

  const send = createImportSender({
    url,
    key,
    isDryRun,
    isStopping: () => isStopping,
    onRetry: (why, waitMs) => progress.tell(`${why} Trying again in ${(waitMs / 1_000).toFixed(1)} s.`),
  })

  const note = ({ rows, faults }: Part, sent: SentPart) => {
    const isWhole = sent.rows === rows.length
    const lastLine = isWhole ? Infinity : (rows[sent.rows - 1]?.line ?? 0)
    const known = faults.filter(({ row }) => row.line <= lastLine)
    rejects.add([...sent.rejected, ...known].sort((a, b) => a.row.line - b.row.line))
    counts.rows += sent.rows + known.length
    counts.set += sent.set
    counts.same += sent.same
    counts.doneLine = Math.max(
      counts.doneLine,
      ...rows.slice(0, sent.rows).map(({ line }) => line),
      ...known.map(({ row }) => row.line),
    )
    const share = file.getShare()
    progress.show({ rows: counts.rows, rejected: rejects.count, ...(share === undefined ? {} : { share }) })
    if (counts.set + counts.same === 0 && rejects.count >= HOPELESS)
      throw new Hopeless(
        `None of the first ${formatCount(rejects.count)} rows was taken. Look at the reasons, then begin anew.`,
      )
  }

  /** While one part is on its way the next is read: two are in memory, never more. */
  let sending: Promise<void> = Promise.resolve()
  const flush = async (part: Part) => {
    await sending
    if (isStopping) return
    sending = (
      part.rows.length > 0 ? send(part.rows) : Promise.resolve({ set: 0, same: 0, rejected: [], rows: 0 })
    ).then((sent) => note(part, sent))
    // It is waited for, only later.
    sending.catch(() => undefined)
  }

  const run = async () => {
    let part = newPart()
    const rows = importRows({
      chunks: file.chunks,
      format: file.format,
      visitorColumn: flags['visitor-column'],
      userColumn: flags['user-column'],
      columns: flags.column,
      delimiter: flags.delimiter ?? (/\.tsv(\.gz)?$/i.test(name) ? '\t' : undefined),
      clearEmpty: flags['clear-empty'] ?? false,
    })
    for await (const row of rows) {
      if (row.line < fromLine) continue
      if ('error' in row) part.faults.push({ row, code: 'row', reason: row.error })
      else part.rows.push(row)
      part.bytes += row.raw.length
      if (part.rows.length + part.faults.length >= MAX_ROWS || part.bytes >= MAX_BYTES) {
        await flush(part)
        part = newPart()
      }
      if (isStopping) break
    }
    if (!isStopping) await flush(part)
    await sending
  }

  let failure: string | undefined
  try {
    await run()
  } catch (error) {
    // What is under way counts, too.
    await sending.catch(() => undefined)
    failure = getMessage(error)
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    progress.end()
    rejects.close()
  }
  process.stdout.write(summarise({ ...counts, isDryRun, ms: getTime() - startedAt, rejects, rejectsFile }))
  if (failure !== undefined) print(`${failure}\n`)
  if (failure !== undefined || isStopping)
    print(
      `Not all rows were sent. Go on with --from-line ${Math.max(fromLine, counts.doneLine + 1)}, or begin anew: what is set stays as it is.\n`,
    )
  return failure === undefined && !isStopping && rejects.count === 0 ? 0 : 1
}

interface Summary {
  readonly rows: number
  readonly set: number
  readonly same: number
  readonly ms: number
  readonly isDryRun: boolean
  readonly rejects: ImportRejects
  readonly rejectsFile: string
}

function summarise({ rows, set, same, ms, isDryRun, rejects, rejectsFile }: Summary): string {
  const rate = formatCount((1_000 * rows) / Math.max(1, ms))
  const would = isDryRun ? 'would be set' : 'set'
  const head = `${formatCount(rows)} rows in ${(ms / 1_000).toFixed(1)} s (${rate}/s): ${formatCount(set)} ${would}, ${formatCount(same)} were so already, ${formatCount(rejects.count)} rejected.\n`
  if (rejects.count === 0) return head
  return `${head}Rejected rows with reasons: ${rejectsFile}. It holds personal data; delete it when you are done.\n`
}
