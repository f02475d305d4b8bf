import { MAX_EVENT_BYTES, type Batch, type EventInput } from '@unblink/protocol'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, expect, test, vi } from 'vitest'
import { acknowledge, createCollector, custom, fail, getNames, lose } from '../test/createCollector.ts'
import { countEvents, GRANTED, readStore, startTracker, stopTrackers, VIEW } from '../test/startTracker.ts'

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()))

const PENDING = { ...GRANTED, analytics: 'pending' } as const
const DENIED = { ...GRANTED, analytics: 'denied' } as const

test('an event is durable before it is sent, sent as the contract says, and gone after the acknowledgement', async () => {
  const collector = createCollector()
  const tracker = startTracker(collector, { now: () => 1_700_000_000_000 })
  expect(await tracker.track(custom('one'))).toBe(true)
  expect(await countEvents()).toBe(1)
  expect(collector.batches).toEqual([])

  await tracker.flush()
  expect(collector.batches).toMatchObject([
    { v: 1, key: 'pk_test', session: 'session', sentAt: 1_700_000_000_000, consent: GRANTED },
  ])
  expect(collector.events()).toMatchObject([
    { n: 0, pv: VIEW.id, t: 'custom', at: 1_700_000_000_000, lo: '/shop', p: { name: 'one' } },
  ])
  expect(collector.batches[0]).not.toHaveProperty('drops')
  await vi.waitFor(async () => expect(await readStore()).toEqual([]))
})

test('numbers the events of a view from 0, and those of the next from 0 again', async () => {
  const collector = createCollector()
  const tracker = startTracker(collector)
  await Promise.all(['a', 'b', 'c'].map((name) => tracker.track(custom(name))))
  tracker.setView({ ...VIEW, id: '01234567-89ab-7def-8123-456789abcde0', location: '/cart' })
  await tracker.track(custom('d'))
  await tracker.flush()
  expect(collector.events().map(({ n, lo }) => [n, lo])).toEqual([
    [0, '/shop'],
    [1, '/shop'],
    [2, '/shop'],
    [0, '/cart'],
  ])
})

test('what cannot be kept takes no number, and is counted in the next batch', async () => {
  const collector = createCollector()
  const tracker = startTracker(collector)
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const hostile = {
    get t(): never {
      throw new Error('no')
    },
    p: {},
  } as unknown as EventInput
  expect(await tracker.track(custom('huge', { text: 'x'.repeat(MAX_EVENT_BYTES) }))).toBe(false)
  expect(await tracker.track(custom('wide', { text: '☃'.repeat(MAX_EVENT_BYTES / 2) }))).toBe(false)
  expect(await tracker.track(custom('circular', circular))).toBe(false)
  expect(await tracker.track(hostile)).toBe(false)
  expect(await tracker.track(undefined as unknown as EventInput)).toBe(false)
  expect(await tracker.track(custom('fine', { big: 10n }))).toBe(true)
  await tracker.flush()
  expect(collector.batches).toMatchObject([{ drops: { size: 3 }, events: [{ n: 0, p: { name: 'fine' } }] }])
  await vi.waitFor(async () => expect(await readStore()).toEqual([]))
})

test('drains what earlier pages have left, each session in a batch of its own', async () => {
  const offline = createCollector(lose)
  const first = startTracker(offline, { getSession: () => 'monday' })
  await first.track(custom('old'))
  first.stop()

  const collector = createCollector()
  const tracker = startTracker(collector, { getSession: () => 'tuesday' })
  await tracker.track(custom('new'))
  await tracker.flush()
  expect(collector.batches.map(({ session, events }) => [session, getNames(events)]).sort()).toEqual([
    ['monday', ['old']],
    ['tuesday', ['new']],
  ])
})

test('sends no more than maxBatch events or 60 KB at once, and at once when so many wait', async () => {
  const collector = createCollector()
  const tracker = startTracker(collector, { maxBatch: 20, flushAfterMs: 1e9 })
  await Promise.all(Array.from({ length: 45 }, (_, index) => tracker.track(custom(`${index}`))))
  await vi.waitFor(() => expect(collector.events().length).toBe(45))
  expect(Math.max(...collector.batches.map(({ events }) => events.length))).toBe(20)

  await Promise.all(
    Array.from({ length: 10 }, (_, index) => tracker.track(custom(`${index}`, { text: 'ü'.repeat(7_500) }))),
  )
  await tracker.flush()
  expect(collector.events().length).toBe(55)
  expect(Math.max(...collector.bodies.map((body) => Buffer.byteLength(body)))).toBeLessThan(62_000)
})

test('without an answer about consent nothing is stored or sent, and nothing is lost', async () => {
  const collector = createCollector()
  const getSession = vi.fn(() => 'session')
  const tracker = startTracker(collector, { consent: PENDING, getSession })
  expect(await tracker.track(custom('early'))).toBe(false)
  await tracker.flush()
  expect(await indexedDB.databases()).toEqual([])
  expect(getSession).not.toHaveBeenCalled()
  expect(collector.batches).toEqual([])

  tracker.setConsent(GRANTED)
  await vi.waitFor(async () => expect(await countEvents()).toBe(1))
  await tracker.track(custom('late'))
  await tracker.flush()
  expect(getNames(collector.events()).sort()).toEqual(['early', 'late'])
  expect(collector.batches.map(({ session }) => session)).toEqual(collector.batches.map(() => 'session'))
})

test('names the visitor where the collector cannot know it', async () => {
  const collector = createCollector()
  const tracker = startTracker(collector, { getVisitor: () => 'somebody' })
  await tracker.track(custom('a'))
  await tracker.flush()
  expect(collector.batches).toMatchObject([{ visitor: 'somebody' }])
})

test('a withdrawal erases the queue, ends the sending, and accepts nothing more', async () => {
  const collector = createCollector(lose)
  const tracker = startTracker(collector)
  await tracker.track(custom('a'))
  tracker.setConsent(DENIED)
  expect(await tracker.track(custom('b'))).toBe(false)
  await tracker.flush()
  await vi.waitFor(async () => expect(await indexedDB.databases()).toEqual([]))
  expect(collector.batches).toEqual([])
})

test('a withdrawal while a request is under way keeps nothing of it', async () => {
  const collector = createCollector(async () => {
    tracker.setConsent(DENIED)
    return fail(500)
  })
  const tracker = startTracker(collector)
  await tracker.track(custom('a'))
  await tracker.flush()
  tracker.setConsent(GRANTED)
  collector.answer = (batch) => acknowledge(batch)
  await tracker.track(custom('b'))
  await tracker.flush()
  await vi.waitFor(() => expect(collector.batches.length).toBe(2))
  expect(getNames(collector.batches[1]!.events)).toEqual(['b'])
})

test('a page that starts without consent erases what an earlier one has left', async () => {
  const collector = createCollector(lose)
  await startTracker(collector).track(custom('a'))
  stopTrackers()
  startTracker(collector, { consent: DENIED })
  await vi.waitFor(async () => expect(await indexedDB.databases()).toEqual([]))
})

test('works in memory where storage is refused', async () => {
  vi.stubGlobal('indexedDB', undefined)
  const collector = createCollector()
  const tracker = startTracker(collector)
  expect(await tracker.track(custom('a'))).toBe(false)
  await tracker.flush()
  await tracker.track(custom('b'))
  await tracker.flush()
  expect(getNames(collector.events())).toEqual(['a', 'b'])
})

test('tells of every acknowledgement', async () => {
  const collector = createCollector((batch) => acknowledge(batch, { profile: { v: 1 } }))
  const tracker = startTracker(collector)
  const replies: unknown[] = []
  tracker.onReply = (reply) => void replies.push(reply.profile)
  await tracker.track(custom('a'))
  await tracker.flush()
  expect(replies).toEqual([{ v: 1 }])
})

test('leaving the page sends the worthiest events by beacon, once, and keeps them until they are acknowledged', async () => {
  const page = new EventTarget()
  const sendBeacon = vi.fn((_address: string, _body: string) => true)
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  vi.stubGlobal('document', { hidden: true })
  vi.stubGlobal('navigator', { sendBeacon })
  const collector = createCollector()
  const tracker = startTracker(collector)
  for (let index = 0; index < 30; index++) void tracker.track(custom(`${index}`, { text: 'x'.repeat(1_000) }))
  void tracker.track({ t: 'conversion', p: { goal: 'bought' } })
  page.dispatchEvent(new Event('pagehide'))
  page.dispatchEvent(new Event('visibilitychange'))

  expect(sendBeacon).toHaveBeenCalledTimes(1)
  const body = sendBeacon.mock.calls[0]![1]
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(16 * 1024)
  const types = (JSON.parse(body) as Batch).events.map(({ t }) => t)
  expect(types).toContain('conversion')
  expect(types.length).toBeGreaterThan(10)
  await vi.waitFor(async () => expect(await countEvents()).toBe(31))
  await tracker.flush()
  expect(collector.events().length).toBe(31)
})

test('a beacon that the browser refuses goes by fetch, and changes nothing in the queue', async () => {
  const page = new EventTarget()
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('navigator', { sendBeacon: () => false })
  const collector = createCollector(lose)
  const tracker = startTracker(collector)
  await tracker.track(custom('a'))
  page.dispatchEvent(new Event('pagehide'))
  expect(getNames(collector.events())).toEqual(['a'])
  expect(await countEvents()).toBe(1)
})
