import { createLineSplitter, type SplitLine } from './createLineSplitter.ts'
import { parseImportLine, type ImportLine } from './parseImportLine.ts'
import type { Judgement } from './writeAttributes.ts'

/** A line that was not taken, and never will be as it is. `line` counts from 1, in what was sent. */
export interface RejectedLine {
  readonly line: number
  readonly code: string
  readonly message: string
}

/** What became of the lines of one request: of the first `lines` everything is known; of those after, nothing holds. */
export interface Imported {
  readonly lines: number
  readonly set: number
  readonly same: number
  readonly rejected: readonly RejectedLine[]
  /** Why not all lines were looked at. Left out when they were. */
  readonly stopped?: 'busy' | 'time' | 'rejects' | 'draining' | 'broken'
}

export interface ImportLinesOptions {
  readonly chunks: AsyncIterable<Uint8Array>
  readonly write: (line: ImportLine) => Promise<Judgement>
  /** Waits until there is room for more; what visitors send goes first. */
  readonly whenCalm: () => Promise<void>
  readonly isDraining: () => boolean
  /** Monotonic milliseconds. */
  readonly getTime: () => number
  /** For the whole request: a server cuts off who sends for longer than 15 s. @default 10 000 */
  readonly maxMs?: number
  /** @default 1 000 */
  readonly maxRejected?: number
  /** Lines under way together weigh no more than this, so that an import never fills the queue. @default 64 KiB */
  readonly maxOpenBytes?: number
}

/** A set of attributes has 16 KiB; around it there may be white space. */
const MAX_LINE_BYTES = 64 * 1024
/** What a line weighs beside its text. */
const LINE_BYTES = 256

interface Open {
  readonly bytes: number
  readonly key: string
  readonly judged: Promise<Judgement | 'blank'>
}

const getKey = ({ about }: ImportLine) => ('visitor' in about ? about.visitor : `user ${about.user}`)
const reject = (code: 'schema', message: string): Judgement => ({ type: 'rejected', code, message })

/**
 * Takes lines as they come and judges each on its own. Many are under way at once, those about one visitor one after another,
 * so that the last wins. Reads on only when there is room. Rejects only with what `write` rejects with.
 */
export async function importLines({
  chunks,
  write,
  whenCalm,
  isDraining,
  getTime,
  maxMs = 10_000,
  maxRejected = 1_000,
  maxOpenBytes = 64 * 1024,
}: ImportLinesOptions): Promise<Imported> {
  const endsAt = getTime() + maxMs
  const open: Open[] = []
  const latest = new Map<string, Promise<unknown>>()
  const rejected: RejectedLine[] = []
  const counts = { lines: 0, set: 0, same: 0 }
  let openBytes = 0
  let isFirst = true
  /** A line could not be written: those after it are sent again with it, so they do not count. */
  let isBehind = false
  let stopped: Imported['stopped']

  const count = (judged: Exclude<Judgement, { type: 'later' }> | 'blank') => {
    counts.lines++
    if (judged === 'blank') return
    if (judged.type === 'rejected') rejected.push({ line: counts.lines, code: judged.code, message: judged.message })
    else counts[judged.type]++
  }

  /** The oldest line is the next to be counted, so that what is counted has no gaps. */
  const settle = async () => {
    const { bytes, key, judged } = open.shift()!
    const judgement = await judged
    openBytes -= bytes
    if (latest.get(key) === judged) latest.delete(key)
    if (judgement !== 'blank' && judgement.type === 'later') {
      isBehind = true
      stopped ??= 'busy'
    } else if (!isBehind) count(judgement)
    if (rejected.length >= maxRejected) stopped ??= 'rejects'
  }

  const begin = ({ text, bytes }: SplitLine) => {
    const clean = isFirst ? text?.replace(/^\uFEFF/, '') : text
    isFirst = false
    const add = (judged: Open['judged'], key = '') => {
      // A fault is told by whichever line is waited for first; the others must not end the process.
      judged.catch(() => undefined)
      open.push({ bytes: bytes + LINE_BYTES, key, judged })
      openBytes += bytes + LINE_BYTES
      if (key) latest.set(key, judged)
    }
    if (clean === undefined)
      return add(Promise.resolve(reject('schema', `the line is longer than ${MAX_LINE_BYTES} bytes; set less at once`)))
    if (clean.trim() === '') return add(Promise.resolve('blank'))
    const line = parseImportLine(clean)
    if (!line.ok) return add(Promise.resolve(reject('schema', line.error)))
    const key = getKey(line.value)
    const before = latest.get(key)
    add(before ? before.then(() => write(line.value)) : write(line.value), key)
  }

  const take = async (lines: readonly SplitLine[]) => {
    for (const line of lines) {
      while (!stopped && openBytes >= maxOpenBytes) await settle()
      if (!stopped) await whenCalm()
      if (isDraining()) stopped ??= 'draining'
      if (getTime() > endsAt) stopped ??= 'time'
      if (stopped) return
      begin(line)
    }
  }

  const splitter = createLineSplitter(MAX_LINE_BYTES)
  const iterator = chunks[Symbol.asyncIterator]()
  while (!stopped) {
    const chunk = await iterator.next().catch(() => undefined)
    if (!chunk) stopped ??= 'broken'
    else await take(chunk.done ? splitter.end() : splitter.push(chunk.value))
    if (!chunk || chunk.done) break
  }
  while (open.length > 0) await settle()
  // Who is answered early is not listened to any more; how that ends changes nothing.
  if (stopped) void iterator.return?.().then(undefined, () => undefined)
  return { ...counts, rejected, ...(stopped ? { stopped } : {}) }
}
