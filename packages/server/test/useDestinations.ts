import { afterEach, beforeEach, expect, vi } from 'vitest'
import { startGa4 } from './startGa4.ts'
import { startSegment } from './startSegment.ts'
import { COOKIE, makeEvent, sendBatch, VISITOR, type TestServer } from './startTestServer.ts'

const exposure = {
  ...{ slot: 'home.hero', experience: 'hero', variant: 'rates', outcome: 'variant', reason: 'split', hiddenMs: 3 },
}
/** An event that every destination takes. */
export const expose = () => makeEvent({ t: 'exposure', p: exposure })

export const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 20 })

/** Where events are handed on to: stand-ins of GA4 and Segment, new ones for each test of the file, their secrets in the environment. */
export function useDestinations() {
  const now = {} as { ga4: Awaited<ReturnType<typeof startGa4>>; segment: Awaited<ReturnType<typeof startSegment>> }
  beforeEach(async () => {
    now.ga4 = await startGa4()
    now.segment = await startSegment()
    vi.stubEnv('TEST_GA4_SECRET', now.ga4.apiSecret)
    vi.stubEnv('TEST_SEGMENT_KEY', now.segment.writeKey)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await now.ga4.stop()
    await now.segment.stop()
  })
  const sentToGa4 = () =>
    now.ga4.taken.flatMap(({ events }) => events.map(({ params }) => String(params?.['unblink_event_id'])))
  return {
    /** The two of the test that runs. */
    now,
    /** What a config says under `forward`. */
    getForward: () => ({
      ga4: {
        measurementId: now.ga4.measurementId,
        apiSecret: { env: 'TEST_GA4_SECRET' },
        endpoint: now.ga4.endpoint,
      },
      segment: { writeKey: { env: 'TEST_SEGMENT_KEY' }, endpoint: now.segment.endpoint },
    }),
    /** Sends events to a server, and sees that both get what they should, once, under names that lead back to nobody. */
    async expectBoth(server: TestServer, lines: readonly string[]) {
      const events = [expose(), makeEvent({ t: 'conversion', p: { goal: 'apply' } }), makeEvent()]
      await sendBatch(server, events, {}, COOKIE)
      // Of nobody: no client of theirs.
      await sendBatch(server, [expose()], { consent: { personalization: 'denied', analytics: 'granted' } })
      const wanted = events.slice(0, 2).map(({ i }) => i)
      await until(() => expect([sentToGa4(), [...now.segment.taken.keys()]]).toEqual([wanted, wanted]))
      expect([now.ga4.faults, now.segment.faults]).toEqual([[], []])
      const clients = [now.ga4.taken[0]!.client_id, now.segment.taken.get(wanted[0]!)!.anonymousId]
      expect(new Set([...clients, VISITOR]).size).toBe(3)
      const getMetrics = async () => await (await fetch(`${server.url}/metrics`)).text()
      for (const line of [
        ...lines,
        'unblink_forward_pending{to="ga4"} 0',
        'unblink_forward_ga4_events_total{fate="sent"} 2',
        'unblink_forward_segment_events_total{fate="unmapped"} 1',
        'unblink_forward_segment_events_total{fate="nobody"} 1',
      ])
        await until(async () => expect(await getMetrics()).toContain(line))
    },
  }
}
