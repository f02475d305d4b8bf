import { type AnyEvent } from '@unblink/protocol'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, expect, test, vi } from 'vitest'
import { acknowledge, createCollector, custom, fail, getNames, lose, type Answer } from '../test/createCollector.ts'
import { countEvents, PATIENTLY, readStore, startTracker } from '../test/startTracker.ts'
import { createQueue } from './createQueue.ts'
import { isEvent, type Kept } from './row.ts'

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()))

test.each<[string, Answer]>([
  ['is unreachable', lose],
  ['is broken', () => fail(500)],
  ['is busy', () => fail(429)],
  ['answers with a captive portal', () => new Response('<p>Welcome', { status: 200 })],
  ['acknowledges nothing', () => Response.json({})],
  ['forbids', () => fail(403)],
])('while the collector %s, every event stays', async (_what, answer) => {
  const collector = createCollector(answer)
  const tracker = startTracker(collector)
  for (const name of ['a', 'b', 'c']) await tracker.track(custom(name))
  await tracker.flush()
  await vi.waitFor(() => expect(collector.batches.length).toBeGreaterThan(0))
  expect(await countEvents()).toBe(3)
})

test('what comes in while a request is under way is sent after it, without being asked', async () => {
  const collector = createCollector(async (batch) => {
    if (collector.batches.length === 1) {
      await tracker.track(custom('meanwhile'))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return acknowledge(batch)
  })
  const tracker = startTracker(collector, { flushAfterMs: 5 })
  await tracker.track(custom('first'))
  await vi.waitFor(() => expect(getNames(collector.events())).toEqual(['first', 'meanwhile']), PATIENTLY)
})

test('sends the same ids again when the acknowledgement was lost', async () => {
  let isFirst = true
  const collector = createCollector((batch) => {
    if (!isFirst) return acknowledge(batch, { ok: 0, dup: batch.events.length })
    isFirst = false
    return lose()
  })
  const tracker = startTracker(collector)
  await tracker.track(custom('once'))
  await tracker.flush()
  await vi.waitFor(() => expect(collector.batches.length).toBe(2))
  const [first, second] = collector.events()
  expect(second).toEqual(first)
  await vi.waitFor(async () => expect(await readStore()).toEqual([]))
})

test('after a 403 sends no more on this page, but goes on keeping events', async () => {
  const collector = createCollector(() => fail(403))
  const tracker = startTracker(collector, { flushAfterMs: 0 })
  await tracker.track(custom('a'))
  await tracker.flush()
  await tracker.track(custom('b'))
  await tracker.flush()
  expect(collector.batches.length).toBe(1)
  expect(await countEvents()).toBe(2)
})

test('waits as long as the collector asks, and not a millisecond less', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const collector = createCollector(() => fail(503, { 'retry-after': '60' }))
  const tracker = startTracker(collector)
  await tracker.track(custom('a'))
  await tracker.flush()
  expect(collector.batches.length).toBe(1)
  await vi.advanceTimersByTimeAsync(59_999)
  await tracker.flush()
  expect(collector.batches.length).toBe(1)
  collector.answer = (batch) => acknowledge(batch)
  await vi.advanceTimersByTimeAsync(1)
  await tracker.flush()
  expect(collector.batches.length).toBe(2)
})

test('pauses after an acknowledgement that asks for it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const collector = createCollector((batch) => acknowledge(batch, { next: 10_000 }))
  const tracker = startTracker(collector)
  await tracker.track(custom('a'))
  await tracker.flush()
  await tracker.track(custom('b'))
  await tracker.flush()
  expect(collector.batches.length).toBe(1)
  await vi.advanceTimersByTimeAsync(10_000)
  await tracker.flush()
  expect(getNames(collector.events())).toEqual(['a', 'b'])
})

test('one unusable event among many is found, dropped and counted, and the others arrive', async () => {
  const collector = createCollector((batch) =>
    getNames(batch.events).includes('bad') ? fail(400) : acknowledge(batch),
  )
  const tracker = startTracker(collector)
  for (const name of ['a', 'b', 'bad', 'c', 'd', 'e']) await tracker.track(custom(name))
  await tracker.flush()
  await vi.waitFor(async () => expect((await readStore()).filter(isEvent)).toEqual([]))
  await tracker.track(custom('after'))
  await tracker.flush()
  const taken = collector.batches.filter(({ events }) => !getNames(events).includes('bad'))
  expect(getNames(taken.flatMap(({ events }) => events)).sort()).toEqual(['a', 'after', 'b', 'c', 'd', 'e'])
  expect(collector.batches.map(({ drops }) => drops?.['rejected'] ?? 0).reduce((a, b) => a + b)).toBe(1)
})

test('an event that breaks the collector every time is set aside, and in the end given up', async () => {
  const collector = createCollector((batch) =>
    getNames(batch.events).includes('poison') ? fail(500) : acknowledge(batch),
  )
  const tracker = startTracker(collector, { flushAfterMs: 0 })
  await tracker.track(custom('poison'))
  for (let round = 0; round < 30; round++) {
    await tracker.track(custom(`fine ${round}`))
    await tracker.flush()
    await vi.waitFor(async () => {
      const left = (await readStore()).filter(isEvent).map(({ j }) => JSON.parse(j) as AnyEvent)
      expect(getNames(left).filter((name) => name !== 'poison')).toEqual([])
    })
  }
  expect((await readStore()).filter(isEvent)).toEqual([])
  expect(collector.batches.some(({ drops }) => drops?.['poison'] === 1)).toBe(true)
})

test('an event that breaks the collector every time does not take others with it, however many come after', async () => {
  const collector = createCollector((batch) =>
    getNames(batch.events).includes('poison') ? fail(500) : acknowledge(batch),
  )
  const tracker = startTracker(collector, { flushAfterMs: 0 })
  // The older event beside it is sent after all that comes later.
  await tracker.track({ t: 'engagement', p: { rev: 1, visibleMs: 1, activeMs: 1 } })
  await tracker.track(custom('poison'))
  for (let round = 0; round < 30; round++) {
    await tracker.track(custom(`fine ${round}`))
    await tracker.flush()
    await vi.waitFor(async () => {
      const left = (await readStore()).filter(isEvent).map(({ j }) => JSON.parse(j) as AnyEvent)
      expect(left.filter(({ p }) => (p as { name?: string }).name?.startsWith('fine'))).toEqual([])
    })
  }
  expect((await readStore()).filter(isEvent)).toEqual([])
  expect(collector.batches.some(({ drops }) => drops?.['poison'] === 1)).toBe(true)
})

test('an outage drops nothing, however often it is tried', async () => {
  const collector = createCollector(lose)
  const tracker = startTracker(collector)
  await tracker.track(custom('a'))
  await tracker.track(custom('b'))
  await tracker.flush()
  await vi.waitFor(() => expect(collector.batches.length).toBeGreaterThan(20), PATIENTLY)
  collector.answer = (batch) => acknowledge(batch)
  await vi.waitFor(async () => expect(await readStore()).toEqual([]))
  expect(collector.batches.some(({ drops }) => drops)).toBe(false)
})

test('events that the collector rejects one by one are deleted and counted', async () => {
  const collector = createCollector((batch) =>
    acknowledge(batch, {
      rej: batch.events.filter((event) => getNames([event])[0] === 'bad').map(({ i }) => ({ i, c: 'schema' })),
    }),
  )
  const tracker = startTracker(collector)
  for (const name of ['good', 'bad']) await tracker.track(custom(name))
  await tracker.flush()
  await tracker.track(custom('next'))
  await tracker.flush()
  expect(collector.batches.map(({ drops, events }) => [getNames(events), drops])).toEqual([
    [['good', 'bad'], undefined],
    [['next'], { rejected: 1 }],
  ])
})

test('a reply that names foreign or senseless ids takes nothing else with it', async () => {
  const collector = createCollector((batch) => acknowledge(batch, { rej: [null, 7, { i: 'foreign' }, {}] }))
  const tracker = startTracker(collector)
  await tracker.track(custom('a'))
  await tracker.flush()
  await vi.waitFor(async () => expect(await readStore()).toEqual([]))
})

test('a record of a later version is sent, and one that nobody can read holds up no other', async () => {
  const first = startTracker(createCollector(lose))
  for (const name of ['ours', 'later']) await first.track(custom(name))
  first.stop()
  const [, one] = (await readStore()) as [Kept, Kept]
  const later = { ...one, colour: 'new' }
  const spoilt = { ...one, i: `${one.i.slice(0, -1)}_`, j: '{"i":"' }
  await createQueue(() => true)._change([], [later, spoilt])

  const collector = createCollector()
  const tracker = startTracker(collector, { flushAfterMs: 0 })
  await tracker.track(custom('now'))
  await vi.waitFor(() => expect(getNames(collector.events()).sort()).toEqual(['later', 'now', 'ours']), PATIENTLY)
  await vi.waitFor(async () => expect((await readStore()).map(({ i }) => i)).toEqual([spoilt.i]), PATIENTLY)
})
