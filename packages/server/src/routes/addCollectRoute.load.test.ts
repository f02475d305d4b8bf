import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Database from 'libsql'
import { afterEach, expect, test } from 'vitest'
import {
  COOKIE,
  makeBatch,
  makeEvent,
  post,
  sendBatch,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../../test/startTestServer.ts'
import { isBot } from '../collector/isBot.ts'
import type { ServerOptions } from '../serverOptions.ts'

let server: TestServer
let reader: Database.Database
const start = async (options: Partial<ServerOptions> = {}) => {
  server = await startTestServer(options)
  reader = new Database(join(server.dataDir, 'unblink.db'))
}
afterEach(async () => {
  reader.close()
  await server.stop()
})
const readRows = () =>
  reader.prepare('SELECT id, visitor, bot, location, payload FROM events ORDER BY position').all() as {
    id: string
    visitor: string | null
    bot: number
    location: string
    payload: string
  }[]

const read = async (response: Response) => ({
  status: response.status,
  retryAfter: response.headers.get('retry-after'),
  ...((await response.json()) as { ok?: number; next?: number; error?: { code: string } }),
})

test('a visitor who sends too much is told when to come back, keeps the batch, and gets rid of it then', async () => {
  await start({ visitorLimit: { perSecond: 5, burst: 10 } })
  const send = (n: number) =>
    post(`${server.url}/v1/e`, makeBatch(Array.from({ length: n }, () => makeEvent())), COOKIE)
  expect(await read(await send(10))).toMatchObject({ status: 200, ok: 10 })
  const late = makeBatch([makeEvent(), makeEvent()])
  const refused = await read(await post(`${server.url}/v1/e`, late, COOKIE))
  expect(refused).toMatchObject({ status: 429, error: { code: 'rate' }, retryAfter: '1' })
  expect(refused.next).toBeLessThanOrEqual(400)
  expect(readRows()).toHaveLength(10)
  const other = { cookie: `ub_v=${VISITOR.replace('b6e5', 'b6e6')}` }
  expect(await read(await post(`${server.url}/v1/e`, makeBatch([makeEvent()]), other))).toMatchObject({ status: 200 })
  await new Promise((resolve) => setTimeout(resolve, refused.next))
  expect(await read(await post(`${server.url}/v1/e`, late, COOKIE))).toMatchObject({ status: 200, ok: 2 })
})

test('without a visitor the session is limited, and all pages together by their key', async () => {
  await start({ visitorLimit: { perSecond: 1, burst: 2 }, keyLimit: { perSecond: 1, burst: 5 } })
  const send = async (session: string) =>
    (
      await post(
        `${server.url}/v1/e`,
        makeBatch([makeEvent(), makeEvent()], { session, consent: { analytics: 'granted' } }),
      )
    ).status
  expect([await send('a'), await send('a'), await send('b'), await send('c')]).toEqual([200, 429, 200, 429])
})

test.each([
  ['back an hour', -3_600_000],
  ['on an hour', 3_600_000],
])('D17 a server clock that is set %s empties and fills no limit, and repeats are still known', async (_what, ms) => {
  let set = 0
  await start({ visitorLimit: { perSecond: 0.01, burst: 3 }, now: () => Date.now() + set })
  const batch = makeBatch([makeEvent(), makeEvent()])
  expect(await read(await post(`${server.url}/v1/e`, batch, COOKIE))).toMatchObject({ status: 200, ok: 2 })
  set = ms
  const { reply } = await sendBatch(server, [makeEvent({ n: 2 })], {}, COOKIE)
  expect(reply).toMatchObject({ ok: 1, profile: { visitor: VISITOR } })
  expect(await read(await post(`${server.url}/v1/e`, batch, COOKIE))).toMatchObject({
    status: 429,
    error: { code: 'rate' },
  })
  const other = { cookie: `ub_v=${VISITOR.replace('b6e5', 'b6e6')}` }
  expect(await read(await post(`${server.url}/v1/e`, batch, other))).toMatchObject({ status: 200, ok: 0, dup: 2 })
  const times = reader.prepare('SELECT max(at - received) AS ahead FROM events').get() as { ahead: number }
  expect(times.ahead, 'no event is later than its arrival').toBeLessThanOrEqual(0)
})

test('a page of another origin may read when to come back', async () => {
  await start({ visitorLimit: { perSecond: 1, burst: 1 } })
  const headers = { ...COOKIE, origin: 'https://www.bank.example' }
  const send = () => post(`${server.url}/v1/e`, makeBatch([makeEvent()]), headers)
  await send()
  const refused = await send()
  expect(refused.status).toBe(429)
  expect(refused.headers.get('access-control-expose-headers')).toBe('Retry-After')
  expect(refused.headers.get('access-control-allow-origin')).toBe('https://www.bank.example')
})

test('a bot’s events are stored and marked, belong to nobody, teach nothing and spoil no figure', async () => {
  await start({ isBot })
  const agent = { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }
  const { reply, headers } = await sendBatch(server, [makeEvent({ n: 7 })], {}, { ...COOKIE, ...agent })
  expect(reply).toMatchObject({ ok: 1 })
  expect(reply).not.toHaveProperty('profile')
  expect(headers.get('set-cookie')).toBeNull()
  expect(readRows()).toMatchObject([{ visitor: null, bot: 1 }])
  expect(server.unblink.readProfile(VISITOR)).toBeUndefined()
  expect(reader.prepare('SELECT * FROM views').all()).toEqual([])
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  expect(readRows()).toMatchObject([{ bot: 1 }, { visitor: VISITOR, bot: 0 }])
})

const sendEncoded = (body: Uint8Array, encoding: string, headers: Record<string, string> = {}) =>
  post(`${server.url}/v1/e`, body, { ...COOKIE, 'content-encoding': encoding, ...headers })

test('D8 a gzip batch is taken; a bomb, gzip in gzip and other encodings are refused, and memory stays', async () => {
  await start()
  const batch = Buffer.from(JSON.stringify(makeBatch([makeEvent()])))
  expect((await sendEncoded(gzipSync(batch), 'gzip')).status).toBe(200)
  expect((await sendEncoded(gzipSync(batch), 'GZIP')).status).toBe(200)

  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 'x'))
  const before = process.memoryUsage.rss()
  const statuses = await Promise.all(Array.from({ length: 40 }, async () => (await sendEncoded(bomb, 'gzip')).status))
  expect(new Set(statuses)).toEqual(new Set([413]))
  expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1024 * 1024) // unpacked it would be 2 GB

  expect((await sendEncoded(gzipSync(gzipSync(batch)), 'gzip')).status).toBe(400)
  for (const encoding of ['br', 'deflate', 'gzip, gzip', 'zstd', 'x']) {
    const refused = await sendEncoded(gzipSync(batch), encoding)
    expect(refused.status).toBe(415)
    expect(refused.headers.get('accept-encoding')).toBe('gzip')
  }
  expect((await sendEncoded(batch, 'gzip')).status).toBe(400)
  expect(readRows()).toHaveLength(1)
})

test.each([
  ['a half surrogate pair in a name', { t: 'conversion', p: { goal: 'a\ud800' } }, 'schema'],
  ['a NUL in a location', { lo: '/a\u0000b' }, 'schema'],
  ['a number that is too large', { mt: 1e308 }, 'schema'],
  ['a number that is none', { p: { rev: 1, visibleMs: 'NaN', activeMs: 0 } }, 'schema'],
  ['values nested ten deep', { t: 'custom', p: { name: 'x', props: { a: [[[[[[[[[1]]]]]]]]] } } }, 'schema'],
])('D9 %s is refused, and its neighbour is stored', async (_name, over, code) => {
  await start()
  const [bad, good] = [makeEvent(over), makeEvent()]
  const { status, reply } = await sendBatch(server, [bad, good], {}, COOKIE)
  expect({ status, rej: reply.rej, ok: reply.ok }).toEqual({ status: 200, rej: [{ i: bad.i, c: code }], ok: 1 })
  expect(readRows().map(({ id }) => id)).toEqual([good.i])
})

test.each([
  ['line separators', '\u2028\u2029'],
  ['a NUL', 'a\u0000b'],
  ['a half surrogate pair', 'a\ud800b'],
  ['signs of SQL', `'); DROP TABLE events; --`],
])('D9 text with %s is stored so that it reads back as JSON', async (_name, text) => {
  await start()
  await sendBatch(server, [makeEvent({ t: 'custom', p: { name: 'x', props: { text } } })], {}, COOKIE)
  expect(readRows().map(({ payload }) => JSON.parse(payload) as object)).toEqual([{ name: 'x', props: { text } }])
})

test('D9 of a name that comes twice in an object one is kept, and prototypes stay as they are', async () => {
  await start()
  const event = JSON.stringify(makeEvent({ t: 'custom', p: { name: 'x', props: {} } }))
  const body = JSON.stringify(makeBatch([])).replace(
    '"events":[]',
    `"events":[${event.replace('"props":{}', '"props":{"a":1,"a":2,"__proto__":{"polluted":1}}')}]`,
  )
  expect((await post(`${server.url}/v1/e`, body, COOKIE)).status).toBe(200)
  expect(JSON.parse(readRows()[0]?.payload ?? '')).toEqual({ name: 'x', props: { a: 2 } })
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})

test('D5 somebody who reads for long, like a report or a backup, holds up no batch', async () => {
  await start()
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  reader.exec('BEGIN')
  expect(readRows()).toHaveLength(1)
  for (let count = 0; count < 50; count++) {
    expect((await sendBatch(server, [makeEvent()], {}, COOKIE)).reply.ok).toBe(1)
  }
  expect(readRows()).toHaveLength(1) // still the picture that it began with
  reader.exec(`COMMIT; VACUUM INTO '${join(server.dataDir, 'copy.db')}'`)
  const copy = new Database(join(server.dataDir, 'copy.db'))
  expect(copy.prepare('SELECT count(*) AS events FROM events').get()).toMatchObject({ events: 51 })
  copy.close()
})

test('D7 hundreds who begin a request and never end it keep nobody else waiting', async () => {
  await start()
  const { port } = new URL(server.url)
  const head = 'POST /v1/e HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: text/plain\r\n'
  const sockets = Array.from({ length: 300 }, (_, index) => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => undefined) // cut off at the end
    socket.write(index % 2 ? head : `${head}Content-Length: 5000\r\n\r\n{"v":1,`)
    return socket
  })
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const replies = await Promise.all(
    Array.from({ length: 20 }, async () => (await sendBatch(server, [makeEvent()], {}, COOKIE)).reply.ok),
  )
  expect(replies).toEqual(Array<number>(20).fill(1))
  sockets.forEach((socket) => socket.destroy())
})

test('D6 of far more than can be written, some is taken and the rest told when to return; in the end all is there once', async () => {
  await start()
  const makeOne = (batch: number, n: number) =>
    makeEvent({
      i: `0192f3a4-0000-7000-8000-${String(batch * 40 + n).padStart(12, '0')}`,
      n,
      t: 'custom',
      p: { name: 'x', props: { text: 'x'.repeat(6_000) } },
    })
  const events = Array.from({ length: 120 }, (_, batch) => Array.from({ length: 40 }, (_, n) => makeOne(batch, n)))
  const visitor = (index: number) => ({ cookie: `ub_v=11111111-1111-4111-8111-${String(index).padStart(12, '0')}` })
  const send = async (index: number) =>
    read(await post(`${server.url}/v1/e`, makeBatch(events[index]!), visitor(index)))
  const first = await Promise.all(events.map((_, index) => send(index)))
  const refused = first.flatMap(({ status }, index) => (status === 200 ? [] : [index]))
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length).toBeLessThan(events.length)
  for (const index of refused) {
    const { status, error, retryAfter, next } = first[index]!
    expect({ status, code: error?.code }).toEqual({ status: 429, code: 'busy' })
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(2)
    expect(next).toBeGreaterThanOrEqual(2_000)
    expect(next).toBeLessThanOrEqual(120_000)
  }
  expect(readRows()).toHaveLength(40 * (events.length - refused.length))
  // One after the other there is room; repeats of what was taken change nothing.
  for (const index of [...refused, 0, 1]) expect((await send(index)).status).toBe(200)
  const ids = readRows().map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.sort()).toEqual(
    events
      .flat()
      .map(({ i }) => i)
      .sort(),
  )
  expect(server.logs.filter(({ code }) => code === 'overload_began')).toHaveLength(1)
}, 120_000)
