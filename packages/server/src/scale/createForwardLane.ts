import type { JetStreamManager } from '@nats-io/jetstream'
import { createPseudonym } from '../export/createPseudonym.ts'
import type { Slice } from '../forward/createSlices.ts'
import type { Destination } from '../forward/destinations.ts'
import type { ForwardedEvent } from '../forward/forwardSettings.ts'
import type { Lane } from '../forward/lane.ts'
import { getMessage, type Log } from '../log.ts'
import type { Bucket } from './createBucket.ts'
import { createHistory, toVisitorMessage, type History, type Traced, type VisitorMessage } from './createHistory.ts'
import { getLastSequence } from './createScalePages.ts'
import type { Names } from './getNames.ts'
import { openReader, type Reader } from './openReader.ts'

export interface ForwardLaneOptions {
  readonly manager: JetStreamManager
  readonly names: Names
  readonly control: Bucket
  readonly destination: Destination
  readonly partition: number
  /** The key of pseudonyms. */
  readonly salt: string
  /** Ends a read that waits. */
  readonly signal: AbortSignal
  readonly log: Log
}

/** One partition of the stream, for one destination. How far it has been served is a key of its own, changed by compare-and-set. */
export interface ForwardLane extends Lane {
  getCursor(): Promise<number | undefined>
  /** Never rejects: what cannot be read now is read another time. */
  read(after: number, size: number): Promise<Slice>
  /** Messages that wait, as far as is known. */
  getPending(): number
  /** Never rejects. */
  close(): Promise<void>
}

/** Visitors remembered by one lane, of which there are two for each partition. */
const MAX_VISITORS = 5_000

interface Cursor {
  readonly seq: number
  readonly revision: number
}

const formatCursor = (seq: number) => JSON.stringify({ v: 1, seq })
const parseCursor = (text: string) => (JSON.parse(text) as { readonly seq: number }).seq

/** Notes where a destination's service begins, unless that is noted already. Rejects when NATS does not answer. */
export async function beginForward(
  { manager, names, control }: Pick<ForwardLaneOptions, 'manager' | 'names' | 'control'>,
  destination: Destination,
): Promise<void> {
  const key = names.getForwardKey(destination)
  if (await control.getLatest(key)) return
  await control.replace(key, formatCursor(await getLastSequence(manager, names)), 0)
}

export function createForwardLane(options: ForwardLaneOptions): ForwardLane {
  const { manager, names, control, destination, partition, salt, signal, log } = options
  const key = names.getForwardKey(destination, partition)
  const toClient = createPseudonym(salt, `forward ${destination}`)
  let cursor: Cursor | undefined
  let opened: { readonly reader: Reader; position: number } | undefined
  let history: History | undefined

  const close = async () => {
    const { reader } = opened ?? {}
    opened = undefined
    await reader?.close()
  }

  /** Where the last read ended, or anew: what was not noted is read again, without those who have been erased since. */
  const open = async (after: number) => {
    if (opened?.position === after) return opened
    await close()
    const from = after + 1
    const reader = await openReader({
      ...{ manager, stream: names.events, subject: names.getFilter(partition), from, signal },
    })
    return (opened = { reader, position: after })
  }

  const toSlice = (messages: readonly VisitorMessage[], traced: ReadonlyMap<number, Traced>, end: number): Slice => {
    const events: ForwardedEvent[] = []
    const nobody: string[] = []
    const bots: string[] = []
    for (const { seq, subject, message } of messages) {
      if (message.type !== 'event') continue
      const { event, isBot } = message.stored
      const visitor = names.readVisitor(subject)
      if (isBot) bots.push(event.i)
      else if (visitor === undefined) nobody.push(event.i)
      else if (!traced.get(seq)?.isRepeat)
        events.push({ event, clientId: toClient(visitor), sessionStartedAt: traced.get(seq)?.session ?? event.at })
    }
    return { events, nobody, bots, end }
  }

  return {
    async getCursor() {
      if (cursor) return cursor.seq
      const own = await control.getLatest(key)
      const known = own ?? (await control.getLatest(names.getForwardKey(destination)))
      if (!known) return undefined
      cursor = { seq: parseCursor(known.text), revision: own?.revision ?? 0 }
      return cursor.seq
    },
    begin: () => beginForward(options, destination),
    async setCursor(seq) {
      const revision = await control.replace(key, formatCursor(seq), cursor?.revision ?? 0).catch((error: unknown) => {
        const message = `How far ${destination} has been served cannot be written: ${getMessage(error)}`
        log({ level: 'warn', code: 'forward_waits', message, to: destination, partition })
        return undefined
      })
      // Whether it was written, or somebody else was there before, the next look tells.
      cursor = revision === undefined ? undefined : { seq, revision }
      return cursor !== undefined
    },
    async read(after, size) {
      try {
        const { reader } = await open(after)
        const read = (await reader.read(size)).map(toVisitorMessage)
        const ofVisitors = read.filter(({ subject }) => names.readVisitor(subject) !== undefined)
        history ??= createHistory({ manager, stream: names.events, max: MAX_VISITORS })
        const traced = await history.trace(ofVisitors)
        const end = read.at(-1)?.seq ?? after
        if (opened) opened.position = end
        return toSlice(read, new Map(ofVisitors.map(({ seq }, index) => [seq, traced[index]!])), end)
      } catch (error) {
        await close()
        if (!signal.aborted) {
          const message = `Reading goes on anew: ${getMessage(error)}`
          log({ level: 'info', code: 'log_reopened', message, to: destination, partition })
        }
        return { events: [], nobody: [], bots: [], end: after }
      }
    },
    getPending: () => opened?.reader.getPending() ?? 0,
    close,
  }
}
