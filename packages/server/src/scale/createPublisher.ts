import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { JetStreamApiCodes, JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream'
import type { StoredEvent } from '../store/createStore.ts'
import type { Bucket } from './createBucket.ts'
import type { Recorded, RecordedAudit, RecordedLink } from './createRecorder.ts'
import { formatAudit } from './createScaleAudit.ts'
import type { Users } from './createUsers.ts'
import type { Views } from './createViews.ts'
import type { Names } from './getNames.ts'
import { getPartition } from './getPartition.ts'
import { formatErasure, formatEvent, formatLink } from './logMessage.ts'

export interface PublisherOptions {
  readonly client: JetStreamClient
  readonly names: Names
  readonly partitions: number
  readonly control: Bucket
  readonly proofs: Bucket
  readonly views: Views
  readonly users: Users
  /** How long an erasure may wait for the worker of its partition. */
  readonly eraseMs: number
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** What became of one job's writes. `conflict`: something has come between, so the job has to run again; what was done, is done once. */
export type Published =
  { readonly type: 'published'; readonly repeats: ReadonlySet<string> } | { readonly type: 'conflict' }

/** What one job has had written so far, however often it runs. */
export interface Progress {
  readonly proofs: Set<string>
  readonly audit: Set<string>
}

export interface Publisher {
  /** Rejects when NATS does not answer. */
  publish(recorded: Recorded, progress: Progress): Promise<Published>
  /** Lets proofs go that a job has used which then could not be written. */
  release(progress: Progress): Promise<void>
  /** Whether a proof is known to have been used by another job. */
  isSpent(digest: string): boolean
}

/** An answer that does not come is asked for again, under the same id, so that it can do no harm. */
const PUBLISH_MS = 1_500
const PUBLISH_TRIES = 3
const POLL_MS = 40
const MARK_KEY = 'ready'
const MAX_SPENT = 10_000

const CONFLICTS: readonly number[] = [
  JetStreamApiCodes.StreamWrongLastSequence,
  JetStreamApiCodes.StreamWrongLastSequenceUnknown,
]
const isConflict = (error: unknown) => error instanceof JetStreamApiError && CONFLICTS.includes(error.code)

/** Writes what jobs have noted, in an order that leaves nothing by halves that matters: audit, lists, then the stream. */
export function createPublisher({
  client,
  names,
  partitions,
  control,
  proofs,
  views,
  users,
  eraseMs,
  now,
}: PublisherOptions): Publisher {
  const spent = new Set<string>()
  const publish = (subject: string, text: string, msgID: string, last?: number) =>
    client.publish(subject, text, {
      ...{ msgID, timeout: PUBLISH_MS, retries: PUBLISH_TRIES },
      ...(last === undefined ? {} : { expect: { lastSubjectSequence: last } }),
    })
  const getSubject = (visitor: string) => names.getSubject(getPartition(visitor, partitions), visitor)

  /** True when the stream had it before. */
  const publishEvent = async (stored: StoredEvent, visitor: string | undefined): Promise<boolean> => {
    const { i, pv } = stored.event
    const partition = getPartition(visitor ?? pv, partitions)
    const { seq, duplicate } = await publish(names.getSubject(partition, visitor), formatEvent(stored), i)
    if (visitor !== undefined) views.add({ seq, visitor, message: { type: 'event', stored } })
    return duplicate
  }

  /** Waits for the worker, who removes what came before from the stream and the profile with it. */
  const publishErasure = async (visitor: string) => {
    const at = now()
    const { seq } = await publish(getSubject(visitor), formatErasure(at), `erase ${visitor} ${at}`)
    const endsAt = performance.now() + eraseMs
    while (!(await views.isFolded(visitor, seq))) {
      if (performance.now() > endsAt) throw new Error('no worker has carried the erasure out; is one running?')
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  /** First out of the lists of whomever they were: once the state is gone, nobody could tell who that was. */
  const eraseVisitor = async (visitor: string, except: readonly string[]) => {
    await views.isFolded(visitor, 0)
    const known = new Set((views.get(visitor)?.spans ?? []).map(({ user }) => user))
    for (const user of known) if (!except.includes(user)) await users.remove(user, visitor)
    await publishErasure(visitor)
  }

  /** A write that needs as many servers as an event does. */
  const publishMark = async () => {
    const known = await control.get(MARK_KEY)
    // When another server was faster, that proves as much.
    await control.replace(MARK_KEY, JSON.stringify({ at: now() }), known?.revision ?? 0)
  }

  const publishAudit = async (records: readonly RecordedAudit[], { audit }: Progress) => {
    for (const record of records) {
      const text = formatAudit(record)
      if (audit.has(text)) continue
      await publish(names.getAuditSubject(record.action), text, randomUUID())
      audit.add(text)
    }
  }

  /** False when one of them had been used. */
  const takeProofs = async (digests: readonly string[], { proofs: own }: Progress): Promise<boolean> => {
    for (const digest of digests) {
      if (own.has(digest)) continue
      if ((await proofs.replace(digest, String(now()), 0)) === undefined) {
        spent.add(digest)
        const [oldest] = spent
        if (spent.size > MAX_SPENT && oldest !== undefined) spent.delete(oldest)
        return false
      }
      own.add(digest)
    }
    return true
  }

  /** Only when nothing of the visitor has come since what is known here; the sequence, or undefined. */
  const publishAfter = async (visitor: string, text: string): Promise<number | undefined> => {
    const known = views.get(visitor)?.seq ?? 0
    // The retention may have removed all that there was; then nothing can have come since.
    for (const last of new Set([known, 0])) {
      try {
        return (await publish(getSubject(visitor), text, randomUUID(), last)).seq
      } catch (error) {
        if (!isConflict(error)) throw error
      }
    }
    return undefined
  }

  /** False when something has come between; then a fresh look has been taken. */
  const publishLink = async ({ visitor, message }: RecordedLink): Promise<boolean> => {
    // Too many in a list do no harm, one too few would.
    if (message.type === 'link') await users.add(message.user, visitor)
    const last = views.get(visitor)?.spans?.at(-1)
    const seq = await publishAfter(visitor, formatLink(message))
    if (seq === undefined) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      await views.isFolded(visitor, 0)
      return false
    }
    views.add({ seq, visitor, message })
    // Clusters of nats-server 2.9 may let two writes of one list pass at once, and keep the later; by now it is seen.
    if (message.type === 'link') await users.add(message.user, visitor)
    if (message.type === 'unmerge' && last) await users.remove(last.user, visitor, last.begun)
    return true
  }

  return {
    isSpent: (digest) => spent.has(digest),
    async release({ proofs: own }) {
      for (const digest of own) {
        // A value that another cannot have; without it, the proof has to be made anew, which harms nobody.
        await proofs.remove(digest)
        own.delete(digest)
      }
    },
    async publish(recorded, progress) {
      const { events, erased, erasedUsers, links, isMarked } = recorded
      if (!(await takeProofs(recorded.proofs, progress))) return { type: 'conflict' }
      await publishAudit(recorded.audit, progress)
      for (const link of links) if (!(await publishLink(link))) return { type: 'conflict' }
      const repeats = new Set<string>()
      await Promise.all([
        ...events.map(async ({ stored, visitor }) => {
          if (await publishEvent(stored, visitor)) repeats.add(stored.event.i)
        }),
        ...erased.map((visitor) => eraseVisitor(visitor, erasedUsers)),
        ...(isMarked ? [publishMark()] : []),
      ])
      for (const user of erasedUsers) await users.erase(user, erased, (visitor) => eraseVisitor(visitor, [user]))
      return { type: 'published', repeats }
    },
  }
}
