import { MAX_EVENT_BYTES, parseBatch, type AnyEvent, type Batch, type EventInput } from '@unblink/protocol'
import fc from 'fast-check'
import { IDBFactory } from 'fake-indexeddb'
import { promisifyRequest } from 'idb-keyval'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTracker, type Tracker, type TrackerOptions } from './createTracker.ts'
import { isEvent, type Row } from './row.ts'

const GRANTED = { personalization: 'granted', analytics: 'granted' } as const
const PENDING = { ...GRANTED, analytics: 'pending' } as const
const DENIED = { ...GRANTED, analytics: 'denied' } as const
const VIEW = { id: '01234567-89ab-7def-8123-456789abcdef', location: '/shop', startedAt: 0 }

type Answer = (batch: Batch) => Response | Promise<Response>

const acknowledge = (batch: Batch, more: object = {}) =>
  Response.json({ v: 1, ok: batch.events.length, dup: 0, rej: [], next: 0, ...more })
const fail = (status: number, headers = {}) => new Response('no', { status, headers })
const lose = () => Promise.reject(new TypeError('Failed to fetch'))

/** What the collector has received, checked by the collector's own parser; `answer` decides what becomes of each batch. */
function createCollector(answer: Answer = (batch) => acknowledge(batch)) {
  const collector = {
    answer,
    batches: [] as Batch[],
    bodies: [] as string[],
    async fetch(_address: unknown, { body }: RequestInit = {}) {
      const text = body as string
      const parsed = parseBatch(JSON.parse(text))
      if (!parsed.ok) throw new Error(parsed.error)
      expect(parsed.value.rejected).toEqual([])
      collector.batches.push(parsed.value.batch)
      collector.bodies.push(text)
      return collector.answer(parsed.value.batch)
    },
    events: () => collector.batches.flatMap(({ events }) => events),
  }
  return collector
}

/** For a machine that has other things to do: what matters is that it happens. */
const PATIENTLY = { timeout: 20_000 }

const trackers: Tracker[] = []
function start(collector: ReturnType<typeof createCollector>, options: Partial<TrackerOptions> = {}) {
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

async function readStore(): Promise<Row[]> {
  const databases = await indexedDB.databases()
  if (!databases.length) return []
  const database = await promisifyRequest(indexedDB.open('unblink'))
  const rows = await promisifyRequest(database.transaction('events').objectStore('events').getAll())
  database.close()
  return rows as Row[]
}
const countEvents = async () => (await readStore()).filter(isEvent).length

const custom = (name: string, props = {}): EventInput => ({ t: 'custom', p: { name, props } })
const names = (events: readonly AnyEvent[]) => events.map(({ p }) => (p as { name: string }).name)

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()))
afterEach(() => {
  trackers.splice(0).forEach((tracker) => tracker.stop())
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('an event is durable before it is sent, sent as the contract says, and gone after the acknowledgement', async () => {
  const collector = createCollector()
  const tracker = start(collector, { now: () => 1_700_000_000_000 })
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
  const tracker = start(collector)
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
  const tracker = start(collector)
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
  const first = start(offline, { getSession: () => 'monday' })
  await first.track(custom('old'))
  first.stop()

  const collector = createCollector()
  const tracker = start(collector, { getSession: () => 'tuesday' })
  await tracker.track(custom('new'))
  await tracker.flush()
  expect(collector.batches.map(({ session, events }) => [session, names(events)]).sort()).toEqual([
    ['monday', ['old']],
    ['tuesday', ['new']],
  ])
})

test.each<[string, Answer]>([
  ['is unreachable', lose],
  ['is broken', () => fail(500)],
  ['is busy', () => fail(429)],
  ['answers with a captive portal', () => new Response('<p>Welcome', { status: 200 })],
  ['acknowledges nothing', () => Response.json({})],
  ['forbids', () => fail(403)],
])('while the collector %s, every event stays', async (_what, answer) => {
  const collector = createCollector(answer)
  const tracker = start(collector)
  for (const name of ['a', 'b', 'c']) await tracker.track(custom(name))
  await tracker.flush()
  await vi.waitFor(() => expect(collector.batches.length).toBeGreaterThan(0))
  expect(await countEvents()).toBe(3)
})

test('sends the same ids again when the acknowledgement was lost', async () => {
  let isFirst = true
  const collector = createCollector((batch) => {
    if (!isFirst) return acknowledge(batch, { ok: 0, dup: batch.events.length })
    isFirst = false
    return lose()
  })
  const tracker = start(collector)
  await tracker.track(custom('once'))
  await tracker.flush()
  await vi.waitFor(() => expect(collector.batches.length).toBe(2))
  const [first, second] = collector.events()
  expect(second).toEqual(first)
  await vi.waitFor(async () => expect(await readStore()).toEqual([]))
})

test('after a 403 sends no more on this page, but goes on keeping events', async () => {
  const collector = createCollector(() => fail(403))
  const tracker = start(collector, { flushAfterMs: 0 })
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
  const tracker = start(collector)
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
  const tracker = start(collector)
  await tracker.track(custom('a'))
  await tracker.flush()
  await tracker.track(custom('b'))
  await tracker.flush()
  expect(collector.batches.length).toBe(1)
  await vi.advanceTimersByTimeAsync(10_000)
  await tracker.flush()
  expect(names(collector.events())).toEqual(['a', 'b'])
})

test('one unusable event among many is found, dropped and counted, and the others arrive', async () => {
  const collector = createCollector((batch) => (names(batch.events).includes('bad') ? fail(400) : acknowledge(batch)))
  const tracker = start(collector)
  for (const name of ['a', 'b', 'bad', 'c', 'd', 'e']) await tracker.track(custom(name))
  await tracker.flush()
  await vi.waitFor(async () => expect((await readStore()).filter(isEvent)).toEqual([]))
  await tracker.track(custom('after'))
  await tracker.flush()
  const taken = collector.batches.filter(({ events }) => !names(events).includes('bad'))
  expect(names(taken.flatMap(({ events }) => events)).sort()).toEqual(['a', 'after', 'b', 'c', 'd', 'e'])
  expect(collector.batches.map(({ drops }) => drops?.['rejected'] ?? 0).reduce((a, b) => a + b)).toBe(1)
})

test('an event that breaks the collector every time is set aside, and in the end given up', async () => {
  const collector = createCollector((batch) =>
    names(batch.events).includes('poison') ? fail(500) : acknowledge(batch),
  )
  const tracker = start(collector, { flushAfterMs: 0 })
  await tracker.track(custom('poison'))
  for (let round = 0; round < 30; round++) {
    await tracker.track(custom(`fine ${round}`))
    await tracker.flush()
    await vi.waitFor(async () => {
      const left = (await readStore()).filter(isEvent).map(({ j }) => JSON.parse(j) as AnyEvent)
      expect(names(left).filter((name) => name !== 'poison')).toEqual([])
    })
  }
  expect((await readStore()).filter(isEvent)).toEqual([])
  expect(collector.batches.some(({ drops }) => drops?.['poison'] === 1)).toBe(true)
})

test('an outage drops nothing, however often it is tried', async () => {
  const collector = createCollector(lose)
  const tracker = start(collector)
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
      rej: batch.events.filter((event) => names([event])[0] === 'bad').map(({ i }) => ({ i, c: 'schema' })),
    }),
  )
  const tracker = start(collector)
  for (const name of ['good', 'bad']) await tracker.track(custom(name))
  await tracker.flush()
  await tracker.track(custom('next'))
  await tracker.flush()
  expect(collector.batches.map(({ drops, events }) => [names(events), drops])).toEqual([
    [['good', 'bad'], undefined],
    [['next'], { rejected: 1 }],
  ])
})

test('a reply that names foreign or senseless ids takes nothing else with it', async () => {
  const collector = createCollector((batch) => acknowledge(batch, { rej: [null, 7, { i: 'foreign' }, {}] }))
  const tracker = start(collector)
  await tracker.track(custom('a'))
  await tracker.flush()
  await vi.waitFor(async () => expect(await readStore()).toEqual([]))
})

test('sends no more than maxBatch events or 60 KB at once, and at once when so many wait', async () => {
  const collector = createCollector()
  const tracker = start(collector, { maxBatch: 20, flushAfterMs: 1e9 })
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
  const tracker = start(collector, { consent: PENDING, getSession })
  expect(await tracker.track(custom('early'))).toBe(false)
  await tracker.flush()
  expect(await indexedDB.databases()).toEqual([])
  expect(getSession).not.toHaveBeenCalled()
  expect(collector.batches).toEqual([])

  tracker.setConsent(GRANTED)
  await vi.waitFor(async () => expect(await countEvents()).toBe(1))
  await tracker.track(custom('late'))
  await tracker.flush()
  expect(names(collector.events()).sort()).toEqual(['early', 'late'])
  expect(collector.batches.map(({ session }) => session)).toEqual(collector.batches.map(() => 'session'))
})

test('a withdrawal erases the queue, ends the sending, and accepts nothing more', async () => {
  const collector = createCollector(lose)
  const tracker = start(collector)
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
  const tracker = start(collector)
  await tracker.track(custom('a'))
  await tracker.flush()
  tracker.setConsent(GRANTED)
  collector.answer = (batch) => acknowledge(batch)
  await tracker.track(custom('b'))
  await tracker.flush()
  await vi.waitFor(() => expect(collector.batches.length).toBe(2))
  expect(names(collector.batches[1]!.events)).toEqual(['b'])
})

test('a page that starts without consent erases what an earlier one has left', async () => {
  const collector = createCollector(lose)
  await start(collector).track(custom('a'))
  trackers.splice(0).forEach((tracker) => tracker.stop())
  start(collector, { consent: DENIED })
  await vi.waitFor(async () => expect(await indexedDB.databases()).toEqual([]))
})

test('works in memory where storage is refused', async () => {
  vi.stubGlobal('indexedDB', undefined)
  const collector = createCollector()
  const tracker = start(collector)
  expect(await tracker.track(custom('a'))).toBe(false)
  await tracker.flush()
  await tracker.track(custom('b'))
  await tracker.flush()
  expect(names(collector.events())).toEqual(['a', 'b'])
})

test('tells of every acknowledgement, and survives a listener that throws', async () => {
  const collector = createCollector((batch) => acknowledge(batch, { profile: { v: 1 } }))
  const tracker = start(collector)
  const replies: unknown[] = []
  tracker.onReply = (reply) => void replies.push(reply.profile)
  await tracker.track(custom('a'))
  await tracker.flush()
  expect(replies).toEqual([{ v: 1 }])
})

test('a full queue gives up the least important events, and says how many', async () => {
  const collector = createCollector(lose)
  const tracker = start(collector)
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
  expect(names(kept)).toContain('159')
  expect(names(kept)).not.toContain('0')
  expect(collector.batches.map(({ drops }) => drops?.['evicted'] ?? 0)).toContain(lost)
})

test('leaving the page sends the worthiest events by beacon, once, and keeps them until they are acknowledged', async () => {
  const page = new EventTarget()
  const sendBeacon = vi.fn((_address: string, _body: string) => true)
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  vi.stubGlobal('document', { hidden: true })
  vi.stubGlobal('navigator', { sendBeacon })
  const collector = createCollector()
  const tracker = start(collector)
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
  const tracker = start(collector)
  await tracker.track(custom('a'))
  page.dispatchEvent(new Event('pagehide'))
  expect(names(collector.events())).toEqual(['a'])
  expect(await countEvents()).toBe(1)
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
      let tracker = start(collector, { maxBatch: 5 })
      let durable = 0
      for (const one of steps) {
        if (one === 'flush') await tracker.flush()
        else if (one === 'reload') {
          // A page that is left stops at once; here its last request has to end first.
          tracker.stop()
          await tracker.flush()
          tracker = start(collector, { maxBatch: 5 })
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
