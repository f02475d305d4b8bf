import { request } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  COOKIE,
  makeBatch,
  makeEvent,
  post,
  sendBatch,
  SERVER_KEY,
  startTestServer,
  type TestServer,
} from '../../test/startTestServer.ts'

const HOUR_MS = 3_600_000
const KEY = { authorization: `Bearer ${SERVER_KEY}` }

let server: TestServer
let now = Date.now()
beforeEach(async () => {
  server = await startTestServer({ now: () => now })
})
afterEach(() => server.stop())

/** Unlike fetch, sends the Host header that it is told to. */
const ask = (path: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    request({ hostname, port, path, headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode, text }))
    })
      .on('error', reject)
      .end()
  })
const readMetrics = async () => {
  const { text } = await ask('/metrics')
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}

test('O7 the counters add up: received is stored, duplicate, rejected, or left to the sender', async () => {
  const event = makeEvent()
  await sendBatch(server, [event, event, makeEvent(), makeEvent({ t: 'x' }), makeEvent({ lo: 5 })], {}, COOKIE)
  await sendBatch(
    server,
    [makeEvent({ t: 'attributes', p: { set: {} } })],
    { drops: { evicted: 4, made_up: 1 } },
    COOKIE,
  )
  await sendBatch(server, [makeEvent()], { consent: {} }, COOKIE)
  await post(`${server.url}/v1/e`, 'no JSON')
  const metrics = await readMetrics()
  expect(metrics).toMatchObject({
    unblink_events_received_total: 7,
    unblink_events_stored_total: 2,
    unblink_events_duplicate_total: 1,
    'unblink_events_rejected_total{code="schema"}': 2,
    'unblink_events_rejected_total{code="scope"}': 1,
    'unblink_events_rejected_total{code="consent"}': 1,
    'unblink_batches_total{answer="ok"}': 3,
    'unblink_batches_total{answer="unreadable"}': 1,
    'unblink_client_drops_total{why="evicted"}': 4,
    'unblink_client_drops_total{why="other"}': 1,
    unblink_profiles_created_total: 1,
    unblink_ack_seconds_count: 3,
    unblink_commit_batches_sum: 1,
    unblink_queue_bytes: 0,
    unblink_draining: 0,
  })
  expect(metrics['process_resident_memory_bytes']).toBeGreaterThan(1e6)
})

test.each([
  ['this machine', {}, 200],
  ['the name localhost', { host: 'localhost:4700' }, 200],
  ['a name that somebody lets point here', { host: 'rebound.example' }, 401],
  ['a proxy on this machine', { 'x-forwarded-for': '203.0.113.9' }, 401],
  ['a proxy, with the server key', { 'x-forwarded-for': '203.0.113.9', ...KEY }, 200],
  ['a proxy, with a wrong key', { 'x-forwarded-for': '203.0.113.9', authorization: `${KEY.authorization}x` }, 401],
  ['a proxy, with the browser key', { via: '1.1 proxy', authorization: 'Bearer bank-page' }, 401],
])('metrics are asked for from %s', async (_name, headers, status) => {
  expect((await ask('/metrics', headers)).status).toBe(status)
})

test('without a connection to look at, as under another runtime, metrics need the key', async () => {
  expect((await server.unblink.app.request('/metrics')).status).toBe(401)
  expect((await server.unblink.app.request('/metrics', { headers: KEY })).status).toBe(200)
})

const view = (last: number) => `0192f3a4-0000-7000-8000-${String(last).padStart(12, '0')}`
const readLoss = async (query = '') => {
  const { status, text } = await ask(`/v1/loss${query}`, KEY)
  return { status, ...(JSON.parse(text) as { views: number; stored: number; missing: number; rate: number }) }
}

test('loss is measured from the numbers of each view’s events, whatever their order, and heals when they come', async () => {
  const send = (numbers: number[], pv: string) =>
    sendBatch(
      server,
      numbers.map((n) => makeEvent({ n, pv })),
      {},
      COOKIE,
    )
  await send([0, 1, 2], view(1))
  await send([5, 3], view(2)) // 0, 1, 2 and 4 are missing
  await send([0], view(2))
  expect(await readLoss()).toMatchObject({ views: 0, missing: 0, open: { views: 2, stored: 6, missing: 3 } })
  now += 3 * HOUR_MS
  expect(await readLoss()).toMatchObject({ views: 2, stored: 6, missing: 3, rate: 3 / 9 })
  expect(await readMetrics()).toMatchObject({
    'unblink_view_events{state="stored"}': 6,
    'unblink_view_events{state="missing"}': 3,
  })
  // What was under way comes late, and counts for the hour in which its view began.
  await send([1, 2, 4], view(2))
  await send([4], view(2)) // another id with a known number: more than expected is no gap
  expect(await readLoss()).toMatchObject({ views: 2, stored: 10, missing: 0, rate: 0 })
  now += 48 * HOUR_MS
  expect(await readLoss('?hours=24')).toMatchObject({ views: 0 })
  expect(await readLoss('?hours=72')).toMatchObject({ views: 2 })
})

test('a made-up number cannot spoil the figure, and a repeat changes nothing', async () => {
  const event = makeEvent({ n: 1e9, pv: view(1) })
  await sendBatch(server, [event], {}, COOKIE)
  await sendBatch(server, [event], {}, COOKIE)
  now += 3 * HOUR_MS
  expect(await readLoss()).toMatchObject({ views: 1, stored: 1, missing: 5_000 })
})

test.each(['?hours=0', '?hours=x', '?hours=1e9', '?hours=1.5'])('loss of %s is a clear error', async (query) => {
  expect(await readLoss(query)).toMatchObject({ status: 400, error: { code: 'hours' } })
})

test('loss needs the server key, also from this machine', async () => {
  expect((await ask('/v1/loss')).status).toBe(401)
})

test('a stopping server is alive, not ready, and still takes what comes', async () => {
  const statuses = async () =>
    Promise.all(['/health', '/healthz', '/ready', '/readyz'].map(async (path) => (await ask(path)).status))
  expect(await statuses()).toEqual([200, 200, 200, 200])
  server.unblink.drain()
  expect(await statuses()).toEqual([200, 200, 503, 503])
  expect((await readMetrics())['unblink_draining']).toBe(1)
  expect((await post(`${server.url}/v1/e`, makeBatch([makeEvent()]), COOKIE)).status).toBe(200)
})
