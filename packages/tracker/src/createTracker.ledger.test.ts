import { type AnyEvent } from '@unblink/protocol'
import fc from 'fast-check'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, expect, test, vi } from 'vitest'
import { acknowledge, createCollector, custom, fail, getNames, lose } from '../test/createCollector.ts'
import { PATIENTLY, readStore, startTracker } from '../test/startTracker.ts'
import { isEvent } from './row.ts'

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()))

test('a full queue gives up the least important events, and says how many', async () => {
  const collector = createCollector(lose)
  const tracker = startTracker(collector)
  const text = 'x'.repeat(15_000)
  await tracker.track({ t: 'conversion', p: { goal: 'bought' } })
  const tracked = Array.from({ length: 160 }, (_, index) => tracker.track(custom(`${index}`, { text })))
  await Promise.all(tracked)
  await tracker.flush()
  await vi.waitFor(async () => expect((await readStore()).some((row) => 'w' in row)).toBe(true))

  const rows = await readStore()
  const lost = rows.flatMap((row) => (isEvent(row) ? [] : [row.c])).reduce((a, b) => a + b)
  expect(rows.filter(isEvent).length + lost).toBe(161)
  expect(rows.filter(isEvent).reduce((sum, { j }) => sum + j.length, 0)).toBeLessThanOrEqual(2 * 1024 * 1024)

  collector.batches.length = 0
  collector.answer = (batch) => acknowledge(batch)
  await vi.waitFor(async () => expect(await readStore()).toEqual([]), PATIENTLY)
  const kept = collector.events()
  expect(kept.some(({ t }) => t === 'conversion')).toBe(true)
  expect(getNames(kept)).toContain('159')
  expect(getNames(kept)).not.toContain('0')
  expect(collector.batches.map(({ drops }) => drops?.['evicted'] ?? 0)).toContain(lost)
})

const LEDGER_RUNS = 40

test('whatever the collector does, every durable event is acknowledged, still in the queue, or counted as dropped', async () => {
  const kind = fc.constantFrom('take', 'lose reply', 'unreachable', 'broken', 'unusable', 'reject one', 'portal')
  const step = fc.oneof(
    fc.record({ track: fc.integer({ min: 1, max: 4 }), size: fc.constantFrom(10, 9_000) }),
    fc.constant('flush' as const),
    fc.constant('reload' as const),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { maxLength: 30 }), fc.array(step, { maxLength: 15 }), async (kinds, steps) => {
      vi.stubGlobal('indexedDB', new IDBFactory())
      const answers = [...kinds]
      const acknowledged = new Set<string>()
      let dropped = 0
      const collector = createCollector((batch) => {
        const what = answers.shift() ?? 'take'
        const take = (rej: readonly AnyEvent[] = []) => {
          for (const { i } of batch.events) if (!rej.some((event) => event.i === i)) acknowledged.add(i)
          for (const count of Object.values(batch.drops ?? {})) dropped += count
          return acknowledge(batch, { rej: rej.map(({ i }) => ({ i, c: 'schema' })) })
        }
        if (what === 'take') return take()
        if (what === 'reject one') return take(batch.events.slice(0, 1))
        if (what === 'broken') return fail(500)
        if (what === 'unusable') return fail(400)
        if (what === 'portal') return new Response('<p>', { status: 200 })
        return lose()
      })
      let tracker = startTracker(collector, { maxBatch: 5 })
      let durable = 0
      for (const one of steps) {
        if (one === 'flush') await tracker.flush()
        else if (one === 'reload') {
          // A page that is left stops at once; here its last request has to end first.
          tracker.stop()
          await tracker.flush()
          tracker = startTracker(collector, { maxBatch: 5 })
        } else {
          const props = { text: 'x'.repeat(one.size) }
          const tracked = Array.from({ length: one.track }, () => tracker.track(custom('event', props)))
          expect(await Promise.all(tracked)).not.toContain(false)
          durable += one.track
        }
      }
      tracker.stop()
      await tracker.flush()

      const rows = await readStore()
      const accounted = new Set([...acknowledged, ...rows.filter(isEvent).map(({ i }) => i)])
      const counted = dropped + rows.reduce((sum, row) => sum + (isEvent(row) ? 0 : row.c), 0)
      expect(accounted.size + counted).toBe(durable)
    }),
    { numRuns: LEDGER_RUNS },
  )
})
