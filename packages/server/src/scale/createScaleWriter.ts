import { performance } from 'node:perf_hooks'
import { getMessage, type Log } from '../log.ts'
import type { Commit, Revise, Writer, Written } from '../store/createWriter.ts'
import type { Progress, Publisher } from './createPublisher.ts'
import type { Recorded, Recorder } from './createRecorder.ts'

export interface ScaleWriterOptions {
  readonly publisher: Publisher
  readonly recorder: Recorder
  /** Milliseconds without a connection. */
  readonly getAwayMs: () => number
  readonly log: Log
  readonly onCommit?: (commit: Commit) => void
  /** What may be under way at once. @default 1 MiB */
  readonly maxHeldBytes?: number
  /** Told when a job has to run again. */
  readonly onConflict?: () => void
}

interface Ran<T> {
  readonly value: T
  readonly recorded: Recorded
}

/** Without a connection for longer than this, nobody is kept waiting. */
const AWAY_MS = 1_000
/** A job runs again only when something has come between, and waits for the worker before: about two seconds in all. */
const MAX_RUNS = 40
/** Bytes in a millisecond, before anything was measured. */
const FIRST_RATE = 1_024
/** With so few jobs under way, what an answer takes is the way to NATS and its disks, and no waiting. */
const FEW_JOBS = 4

/**
 * Brings what jobs want written into the stream. Resolves when NATS has said that each message is on as many servers as the
 * stream has replicas, a majority of them; what it has not said so, nobody is told to be stored.
 */
export function createScaleWriter({
  publisher,
  recorder,
  getAwayMs,
  log,
  onCommit = () => {},
  maxHeldBytes = 1024 * 1024,
  onConflict = () => {},
}: ScaleWriterOptions): Writer {
  let heldBytes = 0
  let heldJobs = 0
  let isClosed = false
  let rate = FIRST_RATE
  let calmMs = 0

  const perform = async <T>(run: () => Ran<T>, first: Ran<T>, revise?: Revise<T>): Promise<Written<T>> => {
    const progress: Progress = { proofs: new Set(), audit: new Set() }
    try {
      let ran = first
      for (let tries = 0; tries < MAX_RUNS; tries++) {
        const published = await publisher.publish(ran.recorded, progress)
        if (published.type === 'published') {
          const { repeats } = published
          return { type: 'written', value: revise && repeats.size > 0 ? revise(ran.value, repeats) : ran.value }
        }
        onConflict()
        try {
          ran = run()
        } catch (error) {
          return { type: 'refused', error }
        }
      }
      throw new Error('something of this visitor came between, again and again; does a worker fold?')
    } catch (error) {
      const events = first.recorded.events.length
      log({ level: 'error', code: 'publish_failed', message: getMessage(error), events })
      await publisher.release(progress).catch(() => {})
      return { type: 'failed' }
    }
  }

  const measure = async <T>(work: () => Promise<Written<T>>, bytes: number): Promise<Written<T>> => {
    if (getAwayMs() > AWAY_MS) return { type: 'failed' }
    const startedAt = performance.now()
    const written = await work()
    if (written.type !== 'written') return written
    const ms = performance.now() - startedAt
    if (bytes > 0) rate += (heldBytes / Math.max(ms, 0.1) - rate) / 8
    if (heldJobs <= FEW_JOBS) calmMs += (ms - calmMs) / 8
    onCommit({ jobs: 1, bytes, ms })
    return written
  }

  const isEmpty = ({ isMarked, ...lists }: Recorded) =>
    !isMarked && Object.values(lists).every((one) => one.length === 0)

  return {
    async write<T>(job: () => T, bytes: number, revise?: Revise<T>): Promise<Written<T>> {
      if (isClosed || (heldJobs > 0 && heldBytes + bytes > maxHeldBytes)) return { type: 'busy' }
      const run = () => recorder.run(job)
      let ran: Ran<T>
      try {
        ran = run()
      } catch (error) {
        return { type: 'refused', error }
      }
      if (isEmpty(ran.recorded)) return { type: 'written', value: ran.value }
      heldBytes += bytes
      heldJobs++
      try {
        return await measure(() => perform(run, ran, revise), bytes)
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
