import { promisifyRequest } from 'idb-keyval'
import { afterEach, vi } from 'vitest'
import { createTracker, type Tracker, type TrackerOptions } from '../src/createTracker.ts'
import { isEvent, type Row } from '../src/row.ts'
import type { Collector } from './createCollector.ts'

export const GRANTED = { personalization: 'granted', analytics: 'granted' } as const
export const VIEW = { id: '01234567-89ab-7def-8123-456789abcdef', location: '/shop', startedAt: 0 }
/** For a machine that has other things to do: what matters is that it happens. */
export const PATIENTLY = { timeout: 20_000 }

const trackers: Tracker[] = []

afterEach(() => {
  stopTrackers()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

export const stopTrackers = (): void => trackers.splice(0).forEach((tracker) => tracker.stop())

/** A tracker that stops with the test and whose retries do not wait. */
export function startTracker(collector: Collector, options: Partial<TrackerOptions> = {}): Tracker {
  const tracker = createTracker({
    endpoint: '/u/v1/e',
    key: 'pk_test',
    consent: GRANTED,
    getSession: () => 'session',
    random: () => 0,
    fetch: collector.fetch,
    ...options,
  })
  tracker.setView(VIEW)
  trackers.push(tracker)
  return tracker
}

/** Everything in IndexedDB, read beside the tracker. */
export async function readStore(): Promise<Row[]> {
  if (!(await indexedDB.databases()).length) return []
  const database = await promisifyRequest(indexedDB.open('unblink'))
  const rows = await promisifyRequest<Row[]>(database.transaction('events').objectStore('events').getAll())
  database.close()
  return rows
}

export const countEvents = async (): Promise<number> => (await readStore()).filter(isEvent).length
