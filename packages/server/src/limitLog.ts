import { performance } from 'node:perf_hooks'
import type { Log } from './log.ts'

export interface LimitLogOptions {
  readonly log: Log
  /** Records of one code and level in one window. @default 20 */
  readonly max?: number
  /** @default 10 000 */
  readonly windowMs?: number
  /** Monotonic milliseconds. @default performance.now */
  readonly getTime?: () => number
}

interface Window {
  startedAt: number
  count: number
  left: number
}

/**
 * Lets through so many records of a code in each window, so that what pages send cannot fill a disk with log lines. The first
 * of the next window tells how many were left out, as `omitted`. Codes are ours, so there are few.
 */
export function limitLog({
  log,
  max = 20,
  windowMs = 10_000,
  getTime = () => performance.now(),
}: LimitLogOptions): Log {
  const windows = new Map<string, Window>()
  return (record) => {
    const now = getTime()
    const name = `${record.level} ${record.code}`
    let window = windows.get(name)
    const omitted = window && now - window.startedAt >= windowMs ? window.left : 0
    if (!window || now - window.startedAt >= windowMs)
      windows.set(name, (window = { startedAt: now, count: 0, left: 0 }))
    if (window.count >= max) return void window.left++
    window.count++
    log(omitted > 0 ? { ...record, omitted } : record)
  }
}
