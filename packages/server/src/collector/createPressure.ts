import { performance } from 'node:perf_hooks'
import type { Log } from '../log.ts'
import type { QueueState } from '../store/createWriter.ts'

/** 0: everything is taken. 1: what can wait is left to its sender. 2: nothing is taken, and no body is read. */
export type PressureLevel = 0 | 1 | 2

export interface PressureOptions {
  readonly getQueue: () => QueueState
  readonly log: Log
  /** Told every 20 ms how late the event loop is. */
  readonly onDelay?: (ms: number) => void
  /** Monotonic milliseconds. @default performance.now */
  readonly getTime?: () => number
  /** From 0 up to 1, so that those refused together do not return together. @default Math.random */
  readonly random?: () => number
  /** @default 20 */
  readonly tickMs?: number
}

/** How loaded the collector is. Judged anew for each request, so that it follows within one turn of the event loop. */
export interface Pressure {
  /** A batch has come; the returned function ends it. `wasTaken`: whether it was let in. */
  begin(): (wasTaken: boolean) => void
  getLevel(): PressureLevel
  /** Milliseconds after which a refused sender should return: the longer, the more are refused. 2 000 to 120 000, spread. */
  getRetryMs(): number
  /** What an acknowledgement asks its sender to wait before the next batch. */
  getNextMs(): number
  stop(): void
}

const SHED_MS = 30
const REFUSE_MS = 60
/** Below these, a delay is the machine's and not the load's: refusing would help nobody. */
const MIN_OPEN = 64
const MIN_QUEUED_BYTES = 128 * 1024
/** While the writer has less to do than this, a late event loop is no reason to refuse: refusing may be all that keeps it busy. */
const MIN_WORK_BYTES = 64 * 1024
const WINDOW_MS = 1_000
/** For each batch taken, one that was refused may return in this time, or those that return are an overload themselves. */
const RETRY_MS = 4_000
const MAX_RETRY_MS = 120_000
/** An overload is over when nobody was refused for so long. */
const CALM_MS = 5_000

export function createPressure({
  getQueue,
  log,
  onDelay = () => {},
  getTime = () => performance.now(),
  random = Math.random,
  tickMs = 20,
}: PressureOptions): Pressure {
  let open = 0
  let lastTick = getTime()
  let delay = 0
  let window = { startedAt: lastTick, taken: 0, refused: 0 }
  /** Of the window before: refused for each that was taken. */
  let excess = 0
  let refusedAt = -Infinity
  let isOverloaded = false

  const tick = () => {
    const now = getTime()
    delay = Math.max(0, now - lastTick - tickMs)
    lastTick = now
    onDelay(delay)
    if (isOverloaded && now - refusedAt > CALM_MS) {
      isOverloaded = false
      log({ level: 'info', code: 'overload_ended', message: 'Everything that comes is taken again.' })
    }
    if (now - window.startedAt < WINDOW_MS) return
    excess = window.refused / Math.max(1, window.taken)
    window = { startedAt: now, taken: 0, refused: 0 }
  }
  // A server that has nothing else to do may end.
  const timer = setInterval(tick, tickMs).unref()

  const getLevel = (): PressureLevel => {
    const { bytes, waitMs, isFull } = getQueue()
    if (isFull) return 2
    // Also within a turn that takes long: the timer is then overdue.
    const late = open < MIN_OPEN || bytes < MIN_WORK_BYTES ? 0 : Math.max(delay, getTime() - lastTick - tickMs)
    const worst = Math.max(late, bytes < MIN_QUEUED_BYTES ? 0 : waitMs)
    return worst > REFUSE_MS ? 2 : worst > SHED_MS ? 1 : 0
  }

  return {
    begin() {
      open++
      return (wasTaken) => {
        open--
        if (wasTaken) return void window.taken++
        window.refused++
        refusedAt = getTime()
        if (isOverloaded) return
        isOverloaded = true
        log({ level: 'warn', code: 'overload_began', message: 'Batches are refused: more comes than can be written.' })
      }
    },
    getLevel,
    getRetryMs() {
      const now = Math.max(excess, window.refused / Math.max(1, window.taken))
      return Math.round(Math.min(MAX_RETRY_MS, RETRY_MS * (1 + now) * (0.5 + random())))
    },
    getNextMs: () => (getLevel() === 0 ? 0 : Math.round(1_000 + 2_000 * random())),
    stop: () => clearInterval(timer),
  }
}
