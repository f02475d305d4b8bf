import type { JetStreamManager } from '@nats-io/jetstream'
import { getMessage, type Log } from '../log.ts'
import type { Site } from '../site/site.ts'
import type { Bucket } from './createBucket.ts'
import type { Teacher } from './createTeacher.ts'
import { EMPTY, foldMessage, formatState, parseState } from './foldedState.ts'
import type { FoldedState, Lesson, SequencedMessage } from './foldedState.ts'
import type { Names } from './getNames.ts'
import { readLog } from './readLog.ts'
import { removeMessages } from './removeMessages.ts'
import { TellingFault } from './telling/createTold.ts'
import type { Teller } from './telling/createTeller.ts'

export interface FolderOptions {
  readonly manager: JetStreamManager
  readonly names: Names
  readonly profiles: Bucket
  /** Where it brings what bandits learn. @default nobody learns */
  readonly teacher?: Teacher | undefined
  /** Finds out what webhooks have to tell, of messages after `from`. @default nobody is told */
  readonly telling?: { readonly teller: Pick<Teller, 'tell'>; readonly from: number } | undefined
  readonly partition: number
  /** All messages up to this one are folded. */
  readonly from: number
  readonly getSite: () => Site
  readonly log: Log
  /** Told of what was done, for metrics. */
  readonly onFold?: (done: { readonly messages: number; readonly profiles: number }) => void
  /** Told when another worker had written the same profile in between. */
  readonly onConflict?: () => void
}

/** Folds one partition for as long as it is not stopped. */
export interface Folder {
  /** All messages up to this one are surely folded. */
  getDone(): number
  /** Messages of the partition that wait, as far as is known. */
  getPending(): number
  /** Ends when what has begun is written. */
  stop(): Promise<void>
}

/** Profiles written at once. */
const MAX_OPEN = 32
/** Profiles of one partition kept with their revision, so that most folds need not read. */
const MAX_KEPT = 1_000
const RETRY_MS = [50, 200, 1_000]

interface Kept {
  readonly state: FoldedState
  readonly revision: number
}

export function createFolder({
  manager,
  names,
  profiles,
  teacher,
  telling,
  partition,
  from,
  getSite,
  log,
  onFold = () => {},
  onConflict = () => {},
}: FolderOptions): Folder {
  const stopping = new AbortController()
  const { signal } = stopping
  const kept = new Map<string, Kept>()
  let done = from
  let pending = 0

  const keep = (visitor: string, one: Kept) => {
    kept.delete(visitor)
    kept.set(visitor, one)
    const [oldest] = kept.keys()
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
  }

  const read = async (visitor: string): Promise<Kept> => {
    const value = await profiles.get(visitor)
    return value ? { state: parseState(value.text), revision: value.revision } : { state: EMPTY, revision: 0 }
  }

  /** What came before an erasure goes from the stream too, before the profile does: so a crash in between repeats it. */
  const eraseLog = async (visitor: string, messages: readonly SequencedMessage[], since: number) => {
    const last = messages.filter(({ seq, message }) => seq > since && message.type === 'erase').at(-1)
    if (!last) return
    const subject = names.getSubject(partition, visitor)
    await removeMessages({ manager, stream: names.events, subject, before: last.seq })
  }

  /** A fault in it must not keep visitors from their profiles; whatever else fails is tried again, with the profile. */
  const tell = async (before: FoldedState, messages: readonly SequencedMessage[]) => {
    if (!telling) return
    try {
      await telling.teller.tell(before, messages, telling.from)
    } catch (error) {
      if (!(error instanceof TellingFault)) throw error
      const message = `What a visitor's events have to tell could not be worked out, and is not told: ${error.message}`
      log({ level: 'error', code: 'webhook_due_failed', message, partition })
    }
  }

  /** As it is written, by us or by another; undefined when another was in between. */
  const tryFold = async (visitor: string, messages: readonly SequencedMessage[]): Promise<FoldedState | undefined> => {
    const known = kept.get(visitor) ?? (await read(visitor))
    const site = getSite()
    const state = messages.reduce((before, message) => foldMessage(before, message, site), known.state)
    if (state === known.state) return (keep(visitor, known), state)
    await eraseLog(visitor, messages, known.state.seq)
    // First what is to be told: what a crash leaves between the two is worked out again, from the same profile.
    await tell(known.state, messages)
    const revision = await profiles.replace(visitor, formatState(state), known.revision)
    if (revision === undefined) return (kept.delete(visitor), onConflict(), undefined)
    keep(visitor, { state, revision })
    return state
  }

  /** Until it is done, or nobody wants it any more. */
  const insist = async <T>(what: string, work: () => Promise<T | undefined>): Promise<T | undefined> => {
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        const done = await work()
        if (done !== undefined) return done
      } catch (error) {
        const message = `${what} cannot be written: ${getMessage(error)}`
        if (tries === RETRY_MS.length) log({ level: 'warn', code: 'fold_waits', message, partition })
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]))
    }
    return undefined
  }

  const foldVisitor = (visitor: string, messages: readonly SequencedMessage[]) =>
    insist('A profile', async () => {
      try {
        return await tryFold(visitor, messages)
      } catch (error) {
        // It may have been written or not; the next look tells.
        kept.delete(visitor)
        throw error
      }
    })

  const foldSlice = async (messages: readonly SequencedMessage[], last: number) => {
    const byVisitor = new Map<string, SequencedMessage[]>()
    for (const message of messages) {
      const list = byVisitor.get(message.visitor)
      if (list) list.push(message)
      else byVisitor.set(message.visitor, [message])
    }
    const waiting = [...byVisitor]
    const lessons: Lesson[] = []
    const work = async () => {
      for (let one = waiting.pop(); one && !signal.aborted; one = waiting.pop())
        lessons.push(...((await foldVisitor(...one))?.lessons ?? []))
    }
    await Promise.all(Array.from({ length: Math.min(MAX_OPEN, waiting.length) }, work))
    // Before the slice counts as done: what is read again after a crash still has these lessons in its profiles.
    if (teacher && !signal.aborted)
      await insist('What bandits learn', async () => (await teacher.teach(lessons, last), true as const))
    if (!signal.aborted) onFold({ messages: messages.length, profiles: byVisitor.size })
  }

  const run = async () => {
    for await (const slice of readLog({ manager, names, partition, from: from + 1, signal, log })) {
      await foldSlice(slice.messages, slice.last)
      if (signal.aborted) return
      done = slice.last
      pending = slice.pending
    }
  }
  const running = run()

  return {
    getDone: () => done,
    getPending: () => pending,
    async stop() {
      stopping.abort()
      await running
    },
  }
}
