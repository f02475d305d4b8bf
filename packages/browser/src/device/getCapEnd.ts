import type { Meetings } from '@unblink/decide'
import type { Cap } from '@unblink/protocol'
import { VISIT_GAP_MS } from './deviceState.ts'

/** "Ever" in storage: the longest that a browser keeps a cookie, which tells of it. */
const EVER_MS = 400 * 24 * 60 * 60_000

/**
 * When a cap will not hold any more, if the visitor does not come before (epoch milliseconds); `now` or earlier for one that
 * does not hold. Rather too late than too early: the first view after that finds out and lifts it.
 */
export function getCapEnd(cap: Cap, { lastAt = -Infinity, ...counts }: Meetings = {}, now: number): number {
  const met = counts[cap.per] ?? {}
  const isReached = (['impressions', 'dismissals', 'ignored'] as const).some((kind) => met[kind]! >= cap[kind]!)
  const ends = { session: now + VISIT_GAP_MS, day: new Date(now).setHours(24, 0, 0, 0), ever: now + EVER_MS }
  return Math.max(isReached ? ends[cap.per] : -Infinity, lastAt + (cap.coolDownMs ?? 0))
}
