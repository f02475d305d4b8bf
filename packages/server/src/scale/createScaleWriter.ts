import { performance } from 'node:perf_hooks'
import type { JetStreamClient } from '@nats-io/jetstream'
import { getMessage, type Log } from '../log.ts'
import type { StoredEvent } from '../store/createStore.ts'
import type { Commit, Revise, Writer, Written } from '../store/createWriter.ts'
import type { Bucket } from './createBucket.ts'
import type { Recorded, Recorder } from './createRecorder.ts'
import type { Views } from './createViews.ts'
import type { Names } from './getNames.ts'
import { getPartition } from './getPartition.ts'
import { formatErasure, formatEvent } from './logMessage.ts'

export interface ScaleWriterOptions {
  readonly client: JetStreamClient
  readonly names: Names
  readonly partitions: number
  readonly control: Bucket
  readonly recorder: Recorder
  readonly views: Views
  /** Milliseconds without a connection. */
  readonly getAwayMs: () => number
  readonly log: Log
  readonly onCommit?: (commit: Commit) => void
  /** What may be under way at once. @default 1 MiB */
  readonly maxHeldBytes?: number
  /** How long an erasure may wait for the worker of its partition. @default 10 000 */
  readonly eraseMs?: number
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** An answer that does not come is asked for again, under the same id, so that it can do no harm. */
const PUBLISH_MS = 1_500
const PUBLISH_TRIES = 3
/** Without a connection for longer than this, nobody is kept waiting. */
const AWAY_MS = 1_000
const POLL_MS = 40
/** Bytes in a millisecond, before anything was measured. */
const FIRST_RATE = 1_024
/** With so few jobs under way, what an answer takes is the way to NATS and its disks, and no waiting. */
const FEW_JOBS = 4

const MARK_KEY = 'ready'

/**
 * Brings what jobs want written into the stream. Resolves when NATS has said that each message is on as many servers as the
 * stream has replicas, a majority of them; what it has not said so, nobody is told to be stored.
 */
export function createScaleWriter({
  client,
  names,
  partitions,
  control,
  recorder,
  views,
  getAwayMs,
  log,
  onCommit = () => {},
  maxHeldBytes = 1024 * 1024,
  eraseMs = 10_000,
  now,
}: ScaleWriterOptions): Writer {
  let heldBytes = 0
  let heldJobs = 0
  let isClosed = false
  let rate = FIRST_RATE
  let calmMs = 0

  const publish = (subject: string, text: string, msgID: string) =>
    client.publish(subject, text, { msgID, timeout: PUBLISH_MS, retries: PUBLISH_TRIES })

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
    const subject = names.getSubject(getPartition(visitor, partitions), visitor)
    const { seq } = await publish(subject, formatErasure(at), `erase ${visitor} ${at}`)
    const endsAt = performance.now() + eraseMs
    while (!(await views.isFolded(visitor, seq))) {
      if (performance.now() > endsAt) throw new Error('no worker has carried the erasure out; is one running?')
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  /** A write that needs as many servers as an event does. */
  const publishMark = async () => {
    const known = await control.get(MARK_KEY)
    // When another server was faster, that proves as much.
    await control.replace(MARK_KEY, JSON.stringify({ at: now() }), known?.revision ?? 0)
  }

  const publishAll = async ({ events, erased, isMarked }: Recorded): Promise<Set<string>> => {
    const repeats = new Set<string>()
    await Promise.all([
      ...events.map(async ({ stored, visitor }) => {
        if (await publishEvent(stored, visitor)) repeats.add(stored.event.i)
      }),
      ...erased.map(publishErasure),
      ...(isMarked ? [publishMark()] : []),
    ])
    return repeats
  }

  const perform = async <T>(value: T, recorded: Recorded, bytes: number, revise?: Revise<T>): Promise<Written<T>> => {
    if (getAwayMs() > AWAY_MS) return { type: 'failed' }
    const startedAt = performance.now()
    try {
      const repeats = await publishAll(recorded)
      const ms = performance.now() - startedAt
      if (bytes > 0) rate += (heldBytes / Math.max(ms, 0.1) - rate) / 8
      if (heldJobs <= FEW_JOBS) calmMs += (ms - calmMs) / 8
      onCommit({ jobs: 1, bytes, ms })
      return { type: 'written', value: revise && repeats.size > 0 ? revise(value, repeats) : value }
    } catch (error) {
      log({ level: 'error', code: 'publish_failed', message: getMessage(error), events: recorded.events.length })
      return { type: 'failed' }
    }
  }

  const isEmpty = ({ events, erased, isMarked }: Recorded) => events.length + erased.length === 0 && !isMarked

  return {
    async write<T>(job: () => T, bytes: number, revise?: Revise<T>): Promise<Written<T>> {
      if (isClosed || (heldJobs > 0 && heldBytes + bytes > maxHeldBytes)) return { type: 'busy' }
      let ran
      try {
        ran = recorder.run(job)
      } catch (error) {
        return { type: 'refused', error }
      }
      if (isEmpty(ran.recorded)) return { type: 'written', value: ran.value }
      heldBytes += bytes
      heldJobs++
      try {
        return await perform(ran.value, ran.recorded, bytes, revise)
      } finally {
        heldBytes -= bytes
        heldJobs--
      }
    },
    getQueue: () => ({
      jobs: heldJobs,
      bytes: heldBytes,
      waitMs: heldJobs > FEW_JOBS ? Math.max(0, heldBytes / rate - calmMs) : 0,
      isFull: isClosed || heldBytes >= maxHeldBytes,
    }),
    close() {
      isClosed = true
    },
  }
}
