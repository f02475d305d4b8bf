import { createServer as createHttpServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callWithKey } from '../test/openIdentity.ts'
import {
  askProfile,
  COOKIE,
  makeBatch,
  makeEvent,
  makeRequest,
  makeSite,
  post,
  sendBatch,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../test/startTestServer.ts'
import { parseSite } from './site/parseSite.ts'

let server: TestServer
let listener: Server
let trap = ''
const visited: string[] = []
beforeAll(async () => {
  server = await startTestServer()
  listener = createHttpServer((request, response) => {
    visited.push(request.url ?? '')
    response.end()
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  trap = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
})
afterAll(async () => {
  listener.close()
  await server.stop()
})

/** What has opened databases: in quotes, out of them, by comment, union, stacked statement, operator and encoding. */
const INJECTIONS = [
  "' OR '1'='1",
  "' OR 1=1 --",
  '" OR ""="',
  "'; DROP TABLE events; --",
  "'); DELETE FROM profiles; --",
  "' UNION SELECT state FROM profiles --",
  "x' AND (SELECT COUNT(*) FROM sqlite_master) > 0 --",
  "1; ATTACH DATABASE '/nowhere/evil.db' AS evil; --",
  '%27%20OR%201=1',
  'x\\',
  '*',
  '?1',
  ':site',
  '$ne',
  '[$gt]=',
  '{"$gt":""}',
  "bank' || (SELECT salt FROM salts) || '",
  '../../etc/passwd',
]

const readDatabase = () => {
  const database = new Database(join(server.dataDir, 'unblink.db'), { readonly: true })
  try {
    const names = database.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY name').all()
    const rows = database.prepare('SELECT visitor FROM profiles ORDER BY visitor').all()
    return JSON.stringify([names, rows])
  } finally {
    database.close()
  }
}

test.each(INJECTIONS)('E5 %j is a value wherever it is sent, never a part of a statement', async (text) => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  const before = readDatabase()
  const path = encodeURIComponent(text)
  const statuses = [
    (await askProfile(server, { visitor: text, slots: { [text]: {} } })).status,
    (await askProfile(server, {}, { cookie: `ub_v=${path}` })).status,
    (await post(`${server.url}/v1/p`, makeRequest({ key: text }))).status,
    (await post(`${server.url}/v1/e`, makeBatch([makeEvent()], { key: text }))).status,
    (await post(`${server.url}/v1/identify`, makeRequest({ user: text, proof: text }), COOKIE)).status,
    (await post(`${server.url}/v1/forget`, { key: 'bank-page', visitor: text })).status,
    (await callWithKey(server, 'PUT', `/v1/visitors/${path}/attributes`, { body: { set: { [text]: 1 } } })).status,
    (await callWithKey(server, 'GET', `/v1/visitors/${path}/export`)).status,
    (await callWithKey(server, 'DELETE', `/v1/visitors/${path}`)).status,
    (await callWithKey(server, 'GET', `/v1/users/${path}/export`)).status,
    (await callWithKey(server, 'DELETE', `/v1/users/${path}`)).status,
    (await callWithKey(server, 'GET', `/v1/loss?hours=${path}`)).status,
    (await fetch(`${server.url}/v1/m/${path}?key=bank-page`)).status,
  ]
  expect(statuses.filter((status) => status >= 500)).toEqual([])
  const named = await sendBatch(
    server,
    [
      makeEvent({ t: 'conversion', p: { goal: text } }),
      makeEvent({ t: 'custom', p: { name: 'x', props: { [text]: text } } }),
      makeEvent({ lo: `/${text}` }),
    ],
    { session: text, visitor: text },
  )
  expect(named.status).toBe(200)
  expect(JSON.parse(readDatabase())[0]).toEqual(JSON.parse(before)[0])
  expect(server.unblink.readProfile(VISITOR)).toBeDefined()
})

test('E9 no address that a page sends is ever asked', async () => {
  const source = { host: trap, class: 'referral' }
  await sendBatch(
    server,
    [
      makeEvent({ t: 'page_view', lo: `${trap}/location`, p: { kind: 'load', title: `${trap}/title`, source } }),
      makeEvent({ t: 'interaction', p: { kind: 'click', target: 'a', href: `${trap}/href` } }),
      makeEvent({
        t: 'custom',
        p: { name: 'x', props: { url: `${trap}/props`, webhook: 'http://169.254.169.254/latest' } },
      }),
    ],
    {},
    { ...COOKIE, referer: `${trap}/referer`, 'x-forwarded-host': trap.slice(7) },
  )
  await askProfile(server, { url: `${trap}/url`, referrer: `${trap}/referrer` }, COOKIE)
  await callWithKey(server, 'PUT', `/v1/visitors/${VISITOR}/attributes`, {
    body: { set: { avatar: `${trap}/avatar` } },
  })
  await server.unblink.decideFor({ request: new Request(`${server.url}/`, { headers: COOKIE }), url: `${trap}/page` })
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(visited).toEqual([])
  // The trap works.
  await fetch(`${trap}/itself`)
  expect(visited).toEqual(['/itself'])
})

test('E12 there is no key that a site has not chosen, and no server key that is short', () => {
  const input = { id: 'bank', slots: {} }
  const longEnough = 'x'.repeat(32)
  for (const keys of [
    undefined,
    {},
    { browser: '' },
    { browser: 'k', server: '' },
    { browser: 'k', server: 'secret' },
    { browser: longEnough, server: longEnough },
    { browser: 'k', servers: { crm: { secret: 'x'.repeat(31), scopes: ['export'] } } },
    { browser: 'k', servers: { crm: { secret: longEnough, scopes: [] } } },
    { browser: 'k', servers: { crm: { secret: longEnough, scopes: ['everything'] } } },
    { browser: 'k', servers: { server: { secret: longEnough, scopes: ['export'] } } },
    { browser: 'k', server: longEnough, servers: { crm: { secret: longEnough, scopes: ['export'] } } },
  ])
    expect([keys, parseSite({ ...input, keys }).ok]).toEqual([keys, false])
  expect(
    parseSite({ ...input, keys: { browser: 'k', servers: { crm: { secret: longEnough, scopes: ['export'] } } } }).ok,
  ).toBe(true)
})

test('E12 an error in the keys repeats no secret', () => {
  const secret = 'hunter2hunter2'
  const parsed = parseSite({
    id: 'bank',
    slots: {},
    keys: { browser: 'k', server: secret, servers: { crm: { secret, scopes: ['export'] } } },
  })
  expect(parsed.ok).toBe(false)
  expect(parsed.ok ? '' : parsed.error).not.toContain(secret)
})

test('E12 a server without keys of its own answers to none, and keeps its metrics to its machine', async () => {
  const keyless = await startTestServer({ site: makeSite({ keys: { browser: 'bank-page' } }) })
  for (const key of ['', 'server', 'undefined', 'bank-page', 'admin', 'password']) {
    for (const [method, path] of [
      ['PUT', `/v1/visitors/${VISITOR}/attributes`],
      ['PUT', `/v1/visitors/${VISITOR}/user`],
      ['GET', `/v1/visitors/${VISITOR}/export`],
      ['DELETE', `/v1/visitors/${VISITOR}`],
      ['GET', '/v1/loss'],
    ] as const)
      expect((await callWithKey(keyless, method, path, { key })).status).toBe(401)
  }
  const forwarded = await fetch(`${keyless.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } })
  expect(forwarded.status).toBe(401)
  expect((await fetch(`${keyless.url}/live`)).status).toBe(404)
  await keyless.stop()
})

test('E12 who tries keys is counted and logged, and what they tried is not', async () => {
  const own = await startTestServer({
    site: makeSite({
      keys: { browser: 'bank-page', servers: { watch: { secret: 'w'.repeat(32), scopes: ['metrics'] } } },
    }),
  })
  for (const key of ['guess-number-one', 'guess-number-two'])
    expect((await callWithKey(own, 'GET', `/v1/visitors/${VISITOR}/export`, { key })).status).toBe(401)
  expect((await callWithKey(own, 'DELETE', `/v1/visitors/${VISITOR}`, { key: 'w'.repeat(32) })).status).toBe(403)
  expect((await fetch(`${own.url}/v1/loss`)).status).toBe(401)
  const metrics = await (await fetch(`${own.url}/metrics`)).text()
  for (const [why, times] of [
    ['unknown', 2],
    ['scope', 1],
    ['none', 1],
  ] as const)
    expect(metrics).toContain(`unblink_keys_refused_total{why="${why}"} ${times}`)
  const told = own.logs.filter(({ code }) => code === 'key_refused')
  expect(told.map(({ route }) => route)).toEqual([
    ...Array<string>(2).fill('GET /v1/visitors/:visitor/export'),
    'DELETE /v1/visitors/:visitor',
  ])
  expect(JSON.stringify(told)).not.toMatch(/guess|w{32}/)
  await own.stop()
})

test('E3 who names one unknown visitor after the other is refused for a while; a page of ours never does', async () => {
  const own = await startTestServer()
  const guess = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  const statuses: number[] = []
  for (let n = 0; n < 260; n++)
    statuses.push((await post(`${own.url}/v1/p`, makeRequest({ visitor: guess(n) }))).status)
  expect(statuses.slice(0, 200)).toEqual(Array(200).fill(200))
  expect(statuses).toContain(429)
  // Pages without a visitor, and those with a cookie, are none of it.
  expect((await askProfile(own)).status).toBe(200)
  expect((await askProfile(own, {}, COOKIE)).status).toBe(200)
  await own.stop()
})

test('E3 a reply has what the site exposes, and nothing else of whom it is asked about', async () => {
  await callWithKey(server, 'PUT', `/v1/visitors/${VISITOR}/attributes`, {
    body: { set: { email: 'ann@mail.example', tier: 'gold', holdings: ['cards'] } },
  })
  const { reply } = await askProfile(server, { visitor: VISITOR })
  expect(reply.attributes['holdings']).toEqual(['cards'])
  expect(JSON.stringify(reply)).not.toMatch(/ann@mail|"gold"(?!\])|tier/)
})

test.each([
  ['/v1/p', makeRequest()],
  ['/v1/e', makeBatch([makeEvent()])],
  ['/v1/identify', makeRequest({ user: 'u-17' })],
  ['/v1/logout', makeRequest()],
  ['/v1/forget', { key: 'bank-page' }],
])(
  'E4 whoever asks %s with a browser key and does not tell for which page is told what to send',
  async (path, body) => {
    const headers = { ...COOKIE, 'content-type': 'text/plain' }
    const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    expect(response.status).toBe(403)
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(await response.json()).toMatchObject({
      error: { code: 'origin', message: expect.stringContaining('`Origin: https://shop.example`') as string },
    })
  },
)
