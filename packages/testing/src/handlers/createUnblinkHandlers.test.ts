import { parseProfileReply, type BatchReply, type ProfileReply } from '@unblink/protocol'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createUnblinkHandlers } from './createUnblinkHandlers.ts'

const SITE = 'http://shop.invalid'
const { handlers, received, set, reset } = createUnblinkHandlers({
  decisions: { hero: { experience: 'welcome', variant: 'green', content: { text: 'Hello' } } },
  attributes: { visits: { count: 3 } },
})
const server = setupServer(...handlers)
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterAll(() => server.close())
afterEach(() => {
  reset()
  received.clear()
  vi.useRealTimers()
})

const GRANTED = { personalization: 'granted', analytics: 'granted' }
const REQUEST = { v: 1, key: 'pk_test', slots: { hero: {}, promo: {} }, url: '/', referrer: '', consent: GRANTED }

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${SITE}${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'text/plain', ...headers },
  })
const ask = async (over: object = {}) => {
  const response = await post('/u/v1/p', { ...REQUEST, ...over })
  return (await response.json()) as ProfileReply
}

const toId = (n: number) => `0199aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`
const toEvent = (n: number, over: object = {}) => ({
  i: toId(n),
  n,
  pv: toId(999),
  t: 'custom',
  at: 1_700_000_000_000,
  mt: 5,
  lo: '/',
  p: { name: `event ${n}` },
  ...over,
})
const EXPOSURE = {
  slot: 'hero',
  experience: 'welcome',
  variant: 'green',
  outcome: 'variant',
  reason: 'split',
  hiddenMs: 9,
}
const send = async (events: readonly unknown[], over: object = {}) => {
  const batch = { v: 1, key: 'pk_test', session: 's', sentAt: 1_700_000_000_000, consent: GRANTED, events, ...over }
  const response = await post('/u/v1/e', batch)
  return (await response.json()) as BatchReply
}

test('the page gets the decisions it was promised, and defaults for the rest', async () => {
  const reply = await ask()
  expect(parseProfileReply(reply)).toEqual({ ok: true, value: reply })
  expect(reply.decisions).toEqual([
    { slot: 'hero', experience: 'welcome', variant: 'green', content: { text: 'Hello' }, reason: 'targeting_match' },
    { slot: 'promo', reason: 'default' },
  ])
  expect(reply.attributes).toEqual({ visits: { count: 3 } })
  expect(received.profileRequests).toEqual([
    expect.objectContaining({ key: 'pk_test', slots: { hero: {}, promo: {} } }),
  ])
})

test('without consent nobody is told who they are', async () => {
  expect((await ask()).visitor).toMatch(/^[0-9a-f-]{36}$/)
  expect(await ask({ consent: 'pending' })).not.toHaveProperty('visitor')
})

test('a GET, as pages with a preload send it, is answered like the POST', async () => {
  const response = await fetch(`${SITE}/u/v1/p?key=pk_test&url=%2F&slots=hero,promo`)
  expect(await response.json()).toEqual(await ask())
})

test('the behaviour can be changed at any time, and made for each request', async () => {
  set({ decisions: ({ url }) => ({ promo: { content: { text: `on ${url}` } } }) })
  expect((await ask({ url: '/loans' })).decisions).toEqual([
    { slot: 'hero', reason: 'default' },
    { slot: 'promo', content: { text: 'on /loans' }, reason: 'targeting_match' },
  ])
  reset()
  expect((await ask()).decisions?.[0]).toHaveProperty('content')
})

test('a delay is on the clock of the test', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  set({ delayMs: 60_000 })
  let isAnswered = false
  const asked = ask().then(() => (isAnswered = true))
  while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve))
  await vi.advanceTimersByTimeAsync(59_999)
  expect(isAnswered).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  await asked
})

test('every failure is one: a status, no network, no answer', async () => {
  set({ fail: 503 })
  expect((await post('/u/v1/p', REQUEST)).status).toBe(503)
  expect(received.profileRequests, 'it was sent').toHaveLength(1)
  set({ fail: 'network' })
  await expect(post('/u/v1/p', REQUEST)).rejects.toThrow()
  set({ fail: 'hang' })
  const aborted = fetch(`${SITE}/u/v1/p`, { method: 'POST', body: '{}', signal: AbortSignal.timeout(100) })
  await expect(aborted).rejects.toThrow(/abort|timeout/i)
})

test('a failing collector has received nothing', async () => {
  set({ collector: { fail: 503 } })
  expect((await post('/u/v1/e', {})).status).toBe(503)
  expect((await post('/u/v1/p', REQUEST)).status).toBe(200)
  expect(received.batches).toEqual([])
})

test('events are received once, in order, and parsed', async () => {
  expect(await send([toEvent(1), toEvent(2)])).toEqual({ v: 1, ok: 2, dup: 0, rej: [], next: 0 })
  expect(await send([toEvent(2), toEvent(3, { unknown: 1 })])).toMatchObject({ ok: 1, dup: 1 })
  expect(received.events.map(({ n }) => n)).toEqual([1, 2, 3])
  expect(received.events[2]).not.toHaveProperty('unknown')
  expect(received.batches).toHaveLength(2)
})

test('what the collector would refuse is refused, and said', async () => {
  expect((await send([toEvent(1, { p: {} }), toEvent(2)])).rej).toEqual([{ i: toId(1), c: 'schema' }])
  expect((await send([toEvent(3, { t: 'attributes', p: { set: { a: 1 } } })])).rej).toEqual([
    { i: toId(3), c: 'scope' },
  ])
  expect((await send([toEvent(4)], { consent: 'denied' })).rej).toEqual([{ i: toId(4), c: 'consent' }])
  expect((await post('/u/v1/e', 'no JSON')).status).toBe(400)
  expect((await post('/u/v1/p', { v: 1 })).status).toBe(400)
  expect(received.events.map(({ n }) => n)).toEqual([2])
  expect(received.refused).toHaveLength(5)
})

test('an event can be waited for, before and after it came', async () => {
  const waited = received.waitForEvent('exposure', ({ p }) => p.slot === 'hero')
  await send([toEvent(1), toEvent(2, { t: 'exposure', p: { ...EXPOSURE, slot: 'promo' } })])
  await send([toEvent(3, { t: 'exposure', p: EXPOSURE })])
  expect((await waited).p).toEqual(EXPOSURE)
  expect((await received.waitForEvent('exposure', ({ p }) => p.slot === 'hero')).n).toBe(3)
  expect(received.exposures().map(({ slot }) => slot)).toEqual(['promo', 'hero'])
  expect(received.exposures('hero')).toEqual([EXPOSURE])
})

test('an event that does not come is said with what came instead, in real time', async () => {
  vi.useFakeTimers()
  await send([toEvent(1), toEvent(2, { t: 'exposure', p: EXPOSURE })])
  const waited = received.waitForEvent('exposure', ({ p }) => p.slot === 'side', { timeoutMs: 20 })
  await expect(waited).rejects.toThrow(/No such exposure came within 20 ms[^]*"slot":"hero"[^]*Other events: custom/)
  await expect(received.waitForEvent('vital', undefined, { timeoutMs: 20 })).rejects.toThrow('No vital came at all')
})

test('clearing forgets all, also which events have come', async () => {
  await send([toEvent(1)])
  await ask()
  received.clear()
  expect([received.events, received.batches, received.profileRequests, received.refused]).toEqual([[], [], [], []])
  expect(await send([toEvent(1)])).toMatchObject({ ok: 1, dup: 0 })
})

test('another origin may read the answers, with its cookies', async () => {
  const { headers } = await post('/u/v1/p', REQUEST, { origin: 'https://www.shop.invalid' })
  expect(headers.get('access-control-allow-origin')).toBe('https://www.shop.invalid')
  expect(headers.get('access-control-allow-credentials')).toBe('true')
})

test('a base that is an address is answered there and nowhere else', () => {
  const { handlers: elsewhere } = createUnblinkHandlers({ base: 'https://data.shop.invalid/u' })
  expect(elsewhere.map(({ info }) => info.path)).toContain('https://data.shop.invalid/u/v1/e')
})

test.each([
  [{ decisions: { hero: 'Hello' } }, /decisions\["hero"\] is no decision/],
  [{ decisions: { hero: { content: 'Hello' } } }, /decisions\["hero"\] is no decision/],
  [{ fail: 200 }, /fail is 200. Give a status from 400 to 599/],
  [{ fail: 'slow' }, /fail is slow/],
  [{ delayMs: -1 }, /^\[unblink\] delayMs is -1/],
  [{ collector: { delayMs: Number.NaN } }, /collector.delayMs is NaN/],
])('%j is a mistake of the test, and said so', (wrong, message) => {
  expect(() => createUnblinkHandlers(wrong as never)).toThrow(message)
  expect(() => set(wrong as never)).toThrow(message)
})

test('what could not be set changes nothing', async () => {
  expect(() => set({ decisions: {}, fail: 1 })).toThrow()
  expect((await ask()).decisions?.[0]).toHaveProperty('content')
})
