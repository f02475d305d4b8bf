import { existsSync } from 'node:fs'
import { open, readFile, rename } from 'node:fs/promises'
import { fail, isObject, ok, type Result } from '@unblink/protocol'
import type { Dataset } from './columns.ts'
import { publishPart, type Part } from './createPart.ts'

/** How far an export has come, kept in a file between its runs. */
export interface ExportState {
  readonly v: 1
  readonly site: string
  readonly dataset: Dataset
  /** Of a cluster, the name of its stream; cursors of another log are of no use here. */
  readonly stream?: string
  /** Position of the last event that is in a file. */
  readonly cursor: number
  /** A file that is whole and belongs to the cursor, and may not have its name yet. */
  readonly pending?: Pick<Part, 'path' | 'hiddenPath'>
}

const isPart = (value: unknown): value is Pick<Part, 'path' | 'hiddenPath'> =>
  isObject(value) && typeof value['path'] === 'string' && typeof value['hiddenPath'] === 'string'

/** The state in a file; at the beginning when there is no such file. The error says what is wrong with it. */
export async function readExportState(
  file: string,
  { site, dataset, stream }: Pick<ExportState, 'site' | 'dataset' | 'stream'>,
): Promise<Result<ExportState>> {
  const about = { v: 1 as const, site, dataset, ...(stream === undefined ? {} : { stream }) }
  if (!existsSync(file)) return ok({ ...about, cursor: 0 })
  const text = await readFile(file, 'utf8')
  let state: unknown
  try {
    state = JSON.parse(text)
  } catch {
    state = undefined
  }
  if (!isObject(state) || state['v'] !== 1 || !Number.isSafeInteger(state['cursor']))
    return fail(`${file} is no state of an export. Name another file; where there is none, an export begins anew.`)
  if (state['site'] !== site || state['dataset'] !== dataset) {
    const found = `${JSON.stringify(state['dataset'])} of the site ${JSON.stringify(state['site'])}`
    return fail(`${file} is the state of an export of ${found}. Keep a file for each dataset and site.`)
  }
  if (state['stream'] !== stream)
    return fail(
      `${file} is the state of an export from ${state['stream'] === undefined ? 'a database' : 'another cluster'}. Keep a file for each: their positions are not the same.`,
    )
  const pending = isPart(state['pending']) ? { pending: state['pending'] } : {}
  return ok({ ...about, cursor: Number(state['cursor']), ...pending })
}

/** Writes the state, so that after a crash the file holds the old one or the new. */
async function save(file: string, state: ExportState): Promise<void> {
  const handle = await open(`${file}.tmp`, 'w')
  try {
    await handle.writeFile(`${JSON.stringify(state)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${file}.tmp`, file)
}

/** Ends what a killed run had begun: a file that belongs to the cursor gets its name. */
export async function finishPending(file: string, state: ExportState): Promise<ExportState> {
  const { pending, ...rest } = state
  if (!pending) return state
  if (existsSync(pending.hiddenPath)) await publishPart(pending)
  await save(file, rest)
  return rest
}

/**
 * Makes a closed part and the cursor behind it one step: whenever the process is killed, the next run either writes the same
 * events again under a name that nobody has seen, or finds that they have been written.
 */
export async function commitPart(file: string, state: ExportState, part: Part): Promise<void> {
  const { path, hiddenPath } = part
  await save(file, { ...state, pending: { path, hiddenPath } })
  await publishPart(part)
  await save(file, state)
}

export const saveExportState = save
