import type { HourOfArrivals, Store } from '../store/createStore.ts'

/** Counts, in memory, what came of views and what is missing by the numbers of their events. */
export interface Arrivals {
  readonly count: Store['countArrivals']
  readonly get: Store['getArrivals']
}

const HOUR_MS = 3_600_000
/** Views remembered; of one that is forgotten, later events count as a new view with a gap before them. */
const MAX_VIEWS = 50_000
const MAX_HOURS = 24 * 90
/** A client keeps no more unsent events, so a larger gap is made up. */
const MAX_GAP = 5_000

const getMissing = (highest: number, stored: number) => Math.min(MAX_GAP, Math.max(0, highest + 1 - stored))

export function createArrivals(): Arrivals {
  const views = new Map<string, { hour: number; highest: number; stored: number }>()
  const hours = new Map<number, { views: number; stored: number; missing: number }>()

  const forgetOldest = (map: Map<unknown, unknown>, limit: number) => {
    const [oldest] = map.keys()
    if (map.size > limit) map.delete(oldest)
  }

  return {
    count({ view, highest, stored, receivedAt }) {
      const known = views.get(view)
      const before = known ?? { hour: Math.floor(receivedAt / HOUR_MS), highest: -1, stored: 0 }
      const after = {
        hour: before.hour,
        highest: Math.max(before.highest, highest),
        stored: before.stored + stored,
      }
      views.delete(view)
      views.set(view, after)
      forgetOldest(views, MAX_VIEWS)
      const hour = hours.get(before.hour) ?? { views: 0, stored: 0, missing: 0 }
      hours.set(before.hour, {
        views: hour.views + (known ? 0 : 1),
        stored: hour.stored + stored,
        missing: hour.missing + getMissing(after.highest, after.stored) - getMissing(before.highest, before.stored),
      })
      forgetOldest(hours, MAX_HOURS)
    },
    get(since) {
      const first = Math.floor(since / HOUR_MS)
      const list: HourOfArrivals[] = [...hours].map(([hour, counts]) => ({ at: hour * HOUR_MS, ...counts }))
      return list.filter(({ at }) => at >= first * HOUR_MS).sort((a, b) => a.at - b.at)
    },
  }
}
