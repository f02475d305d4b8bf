import { performance } from 'node:perf_hooks'
import { getMessage, type Log } from '../log.ts'
import type { Store } from './createStore.ts'
import type { Writer } from './createWriter.ts'

export interface RetentionOptions {
  readonly store: Store
  readonly writer: Writer
  /** Events older than this are deleted. At least 8: a page may send an event for 7 days, and repeats are known by it. */
  readonly days: number
  readonly log: Log
  readonly onDelete?: (events: number) => void
  /** What else grows old: each deletes what is older than a moment, at most so many rows, and returns how many. */
  readonly also?: readonly ((before: number, limit: number) => number)[]
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Monotonic milliseconds. @default performance.now */
  readonly getTime?: () => number
  /** Between two runs; the first comes after a tenth of it. @default an hour */
  readonly everyMs?: number
  /** Rows in one transaction: so few that nobody waits for them. @default 500 */
  readonly slice?: number
}

export interface Retention {
  /** Deletes all that is too old, slice by slice, giving way to events. One run at a time; never rejects. */
  run(): Promise<void>
  stop(): void
}

const DAY_MS = 86_400_000
/** No event of a view comes later than this, so its numbers are of no more use. */
const VIEW_DAYS = 9
const PAUSE_MS = 20
const MAX_SLICES = 20_000
/** A clock that was set by more than this since the start is not believed: it could make everything look old. */
const MAX_DRIFT_MS = DAY_MS

/** Deletes old events in the background. */
export function createRetention({
  store,
  writer,
  days,
  log,
  onDelete = () => {},
  also = [],
  now,
  getTime = () => performance.now(),
  everyMs = 3_600_000,
  slice = 500,
}: RetentionOptions): Retention {
  const startedAt = { wall: now(), time: getTime() }
  let isStopped = false
  let running: Promise<void> | undefined

  const removeAll = async (remove: () => number): Promise<number> => {
    let total = 0
    for (let count = 0; count < MAX_SLICES && !isStopped; count++) {
      // As heavy as a batch of as many events, so that it waits where a batch would.
      const written = await writer.write(remove, slice * 100)
      if (written.type === 'refused') throw written.error
      if (written.type === 'written') {
        total += written.value
        if (written.value < slice) break
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref())
    }
    return total
  }

  const run = async () => {
    const driftMs = now() - startedAt.wall - (getTime() - startedAt.time)
    if (Math.abs(driftMs) > MAX_DRIFT_MS) {
      const message =
        'The clock was set by more than a day, so nothing is deleted. If it is right now, start the server again.'
      return log({ level: 'warn', code: 'clock_set', message, hours: Math.round(driftMs / 3_600_000) })
    }
    try {
      const events = await removeAll(() => store.deleteEventsBefore(now() - days * DAY_MS, slice))
      await removeAll(() => store.deleteViewsBefore(now() - VIEW_DAYS * DAY_MS, slice))
      for (const remove of also) await removeAll(() => remove(now() - days * DAY_MS, slice))
      onDelete(events)
      if (events > 0) log({ level: 'info', code: 'events_expired', message: 'Old events were deleted.', events, days })
    } catch (error) {
      log({ level: 'error', code: 'retention_failed', message: getMessage(error) })
    }
  }

  const start = () =>
    (running ??= run().finally(() => {
      running = undefined
    }))
  const first = setTimeout(() => void start(), everyMs / 10).unref()
  const timer = setInterval(() => void start(), everyMs).unref()
  return {
    run: start,
    stop() {
      isStopped = true
      clearTimeout(first)
      clearInterval(timer)
    },
  }
}
