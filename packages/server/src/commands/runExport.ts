import { once } from 'node:events'
import { COLUMNS, DATASETS, type Dataset } from '../export/columns.ts'
import { createEncoder, type Format } from '../export/createEncoder.ts'
import type { Page, Selection } from '../export/createPages.ts'
import { commitPart, finishPending, readExportState, saveExportState } from '../export/exportState.ts'
import { lockExportState } from '../export/lockExportState.ts'
import { parseSelection } from '../export/parseSelection.ts'
import { writeParts } from '../export/writeParts.ts'
import { readScaleFlags } from '../scale/readScaleFlags.ts'
import { createProgress } from './createProgress.ts'
import { openExportSource } from './openExportSource.ts'
import { readFlags } from './readFlags.ts'
import { readSiteFor } from './readSiteFor.ts'
import { UsageError } from './UsageError.ts'

const USAGE = `unblink export DATASET: write events, exposures or profiles for a warehouse

  DATASET            ${DATASETS.join(', ')}
  --config FILE      the site config (default: unblink.config.ts, .js, .mjs or .json in this folder)
  --data DIR         folder of the database, as given to unblink serve; a server may be running on it
  --nats URLS        export from a cluster instead, like nats://a:4222,nats://b:4222; also UNBLINK_NATS
  --fold N           of a cluster: the generation of profiles to export (default 1)
  --format F         ndjson or parquet (default ndjson)
  --out DIR          write files by day, DIR/events/date=2030-01-31/part-….parquet (default: everything to stdout)
  --gzip             compress NDJSON; Parquet is always compressed
  --since-file FILE  only what came after the last run with this file, each event exactly once; needs --out
  --after CURSOR     only what came after this cursor; an export ends by telling the next
  --from, --to TIME  events received, or profiles last seen, in this time: 2030-01-31 or 2030-01-31T09:00:00Z; --to is not included
  --types A,B        of events: these types only, like exposure,conversion
  --pseudonymise     give visitors and users by a keyed hash, the same in every export of this database or cluster
  --columns          print the dataset's columns and their types
  --help             this text

Who has been erased is in no export made afterwards. Each export is put into the audit (unblink audit --action bulk_export).
`

const OPTIONS = {
  config: { type: 'string' },
  data: { type: 'string' },
  format: { type: 'string', default: 'ndjson' },
  out: { type: 'string' },
  gzip: { type: 'boolean' },
  'since-file': { type: 'string' },
  after: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  types: { type: 'string' },
  pseudonymise: { type: 'boolean' },
  columns: { type: 'boolean' },
  nats: { type: 'string' },
  fold: { type: 'string' },
  help: { type: 'boolean' },
} as const

const PAGE = 2_000
const GROUP_ROWS = 10_000

const describeColumns = (dataset: Dataset) =>
  COLUMNS[dataset].map(({ name, type, isNullable }) => `${name} ${type}${isNullable ? '' : ' not null'}\n`).join('')

async function writeStdout(
  { dataset }: Selection,
  format: Format,
  pages: Iterable<Page> | AsyncIterable<Page>,
  onPage: (rows: number, share: number) => void,
): Promise<number> {
  const encoder = createEncoder(dataset, format, GROUP_ROWS)
  const put = async (bytes: Uint8Array) => {
    if (bytes.length > 0 && !process.stdout.write(bytes)) await once(process.stdout, 'drain')
  }
  let total = 0
  for await (const { rows, share } of pages) {
    await put(encoder.push(rows))
    onPage((total += rows.length), share)
  }
  await put(encoder.end())
  return total
}

/** `unblink export`. Reads beside a running server, and writes nothing into its database but that it was asked. */
export async function runExport(args: string[]): Promise<number> {
  const { flags, name } = readFlags(args, OPTIONS, true)
  if (flags.help) return (process.stdout.write(USAGE), 0)
  if (name === undefined) throw new UsageError(`Say what to export: ${DATASETS.join(', ')}.`)
  if (flags.nats !== undefined && flags.data !== undefined)
    throw new UsageError('Events are in a database or on a cluster: give --data DIR or --nats URLS, not both.')
  // A cluster in the environment is what is meant where no folder is named.
  const scale = readScaleFlags(flags, flags.data === undefined ? process.env : {})
  const { format: as, from, to, after, types, out } = flags
  const parsed = parseSelection({ dataset: name, format: as, from, to, after, types })
  if (!parsed.ok) throw new UsageError(`unblink export: ${parsed.error}.`)
  const { selection, format } = parsed.value
  const { dataset } = selection
  if (flags.columns) return (process.stdout.write(describeColumns(dataset)), 0)
  const stateFile = flags['since-file']
  if (stateFile !== undefined) {
    if (out === undefined)
      throw new UsageError('--since-file needs --out DIR: what goes to stdout cannot be taken back.')
    if (dataset === 'profiles') throw new UsageError('--since-file: profiles change, so they are exported whole.')
    if (from ?? to ?? after)
      throw new UsageError('--since-file says where to begin: leave out --from, --to and --after.')
  }
  if (out === undefined && flags.gzip)
    throw new UsageError('--gzip is for files: add --out DIR, or send stdout through gzip.')
  if (out === undefined && format === 'parquet' && process.stdout.isTTY)
    throw new UsageError('Parquet is not for a terminal: add --out DIR, or send stdout to a file.')
  const site = await readSiteFor(flags.config)
  const source = await openExportSource(scale, flags.data, site)
  const progress = createProgress(dataset)
  let unlock = () => {}
  try {
    const lock = stateFile === undefined ? undefined : lockExportState(stateFile)
    if (lock && !lock.ok) throw new Error(lock.error)
    unlock = lock?.value ?? unlock
    const read =
      stateFile === undefined ? undefined : await readExportState(stateFile, { ...source, site: site.id, dataset })
    if (read && !read.ok) throw new Error(read.error)
    const state = read && (await finishPending(stateFile!, read.value))
    const last = await source.begin(dataset)
    if (state && state.cursor > last)
      throw new Error(
        `${stateFile} says that event ${state.cursor} has been exported, the ${source.name} knows ${last}. Is it the same ${source.name}, or an older copy of it?`,
      )
    const isPseudonymous = flags.pseudonymise
    const wanted = { ...selection, after: state?.cursor ?? selection.after, isPseudonymous }
    const pages = source.createPages({ last, ...wanted }, PAGE)
    if (out === undefined) {
      const rows = await writeStdout(wanted, format, pages, progress.tell)
      progress.end(`${rows} ${dataset}`)
    } else {
      const commit = state && {
        commit: (part: Parameters<typeof commitPart>[2], cursor: number) =>
          commitPart(stateFile!, { ...state, cursor }, part),
      }
      const input = { folder: out, dataset, format, isCompressed: flags.gzip === true, now: Date.now() }
      const written = await writeParts({ ...input, pages, onPage: progress.tell, groupRows: GROUP_ROWS, ...commit })
      if (state) await saveExportState(stateFile!, { ...state, cursor: last })
      progress.end(
        `${written.rows} ${dataset} in ${written.files} files, ${written.bytes} bytes${flags.gzip ? ' before gzip' : ''}`,
      )
    }
    if (dataset !== 'profiles' && selection.to === undefined) process.stderr.write(`cursor: ${last}\n`)
    return 0
  } finally {
    progress.stop()
    unlock()
    await source.close()
  }
}
