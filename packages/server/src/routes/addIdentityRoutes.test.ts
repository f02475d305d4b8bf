import type { ProfileReply } from '@unblink/protocol'
import { Hono } from 'hono'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { callWithKey, identify, prove } from '../../test/openIdentity.ts'
import {
  askProfile,
  COOKIE,
  getCookie,
  GRANTED,
  makeEvent,
  makeRequest,
  makeSite,
  post,
  sendBatch,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../../test/startTestServer.ts'
import { addClusterRefusals } from './addClusterRefusals.ts'

const LAPTOP = '11111111-1111-4111-8111-111111111111'
const LISTED = 'https://www.bank.example'
const cookieOf = (visitor: string) => ({ cookie: `ub_v=${visitor}` })

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.stop())

const readIntent = async (visitor: string) => (await askProfile(server, {}, cookieOf(visitor))).reply.audiences

test('what was learnt before the log-in counts for the user, on their other devices, too', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  const response = await identify(server, 'u-17')
  expect(response.status).toBe(200)
  expect(response.headers.get('set-cookie')).toBeNull()
  expect(response.headers.get('cache-control')).toBe('private, no-store')
  const reply = (await response.json()) as ProfileReply
  expect(reply).toMatchObject({ visitor: VISITOR, audiences: ['mortgage'], decisions: [{ variant: 'rates' }] })

  expect(await readIntent(LAPTOP)).toEqual([])
  const other = await identify(server, 'u-17', { proof: prove('u-17', { visitor: LAPTOP }) }, cookieOf(LAPTOP))
  expect(((await other.json()) as ProfileReply).visitor).toBe(LAPTOP)
  expect(await readIntent(LAPTOP)).toEqual(['mortgage'])
})

test('the reply names no user, and no visitor but the one who asked', async () => {
  await identify(server, 'u-17')
  const response = await identify(server, 'u-17', { proof: prove('u-17', { visitor: LAPTOP }) }, cookieOf(LAPTOP))
  const text = JSON.stringify([...response.headers]) + (await response.text())
  expect(text).not.toContain('u-17')
  expect(text).not.toContain(VISITOR)
})

test('after the log-out the browser is somebody else, of whom nothing is known', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  await identify(server, 'u-17')
  const response = await post(`${server.url}/v1/logout`, makeRequest(), COOKIE)
  expect(response.status).toBe(200)
  const reply = (await response.json()) as ProfileReply
  expect(reply).toMatchObject({ generation: 0, audiences: [] })
  expect(reply.visitor).not.toBe(VISITOR)
  expect(getCookie(response.headers)).toBe(`ub_v=${reply.visitor}`)
  expect(await readIntent(VISITOR)).toEqual([])
  const back = await identify(
    server,
    'u-17',
    { proof: prove('u-17', { visitor: reply.visitor! }) },
    cookieOf(reply.visitor!),
  )
  expect(((await back.json()) as ProfileReply).audiences).toEqual(['mortgage'])
})

test('E2 a proof is good once: not again after the log-out', async () => {
  const proof = prove('u-17')
  expect((await identify(server, 'u-17', { proof })).status).toBe(200)
  // The page that is loaded again may hand on the same proof: it says nothing new.
  expect((await identify(server, 'u-17', { proof })).status).toBe(200)
  await post(`${server.url}/v1/logout`, makeRequest(), COOKIE)
  const again = await identify(server, 'u-17', { proof })
  expect(again.status).toBe(401)
  expect(await again.json()).toMatchObject({ error: { code: 'proof_used' } })
  expect(await readIntent(VISITOR)).toEqual([])
})

test.each([
  ['no proof', { proof: undefined }, 'proof'],
  ['a wrong one', { proof: `${prove('u-17').slice(0, -3)}AAA` }, 'proof'],
  ['one for another user', { proof: prove('u-18') }, 'proof'],
  ['one for another visitor', { proof: prove('u-17', { visitor: LAPTOP }) }, 'proof'],
  [
    'one that names the visitor whom only the body names',
    { visitor: LAPTOP, proof: prove('u-17', { visitor: LAPTOP }) },
    'proof',
  ],
  ['one of another site', { proof: prove('u-17', { site: 'shop' }) }, 'proof'],
  ['one made with the browser key', { proof: prove('u-17', { secret: 'bank-page-padded-to-sixteen' }) }, 'proof'],
  ['one that is over', { proof: prove('u-17', { expiresAt: Date.now() - 1_000 }) }, 'proof_expired'],
])('E2 with %s nobody is identified', async (_name, over, code) => {
  await sendBatch(server, [makeEvent()], {}, cookieOf(LAPTOP))
  await identify(server, 'u-17', { proof: prove('u-17', { visitor: LAPTOP }) }, cookieOf(LAPTOP))
  const response = await identify(server, 'u-17', over)
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ error: { code } })
  expect(await readIntent(VISITOR)).toEqual([])
  await sendBatch(server, [makeEvent({ t: 'conversion', p: { goal: 'apply' } })], {}, COOKIE)
  expect(server.unblink.readProfile(LAPTOP)?.conversions).toEqual({})
})

test.each([
  ['denied', { consent: { ...GRANTED, personalization: 'denied' } }, {}],
  ['pending', { consent: { ...GRANTED, personalization: 'pending' } }, {}],
  ['overridden by Global Privacy Control', {}, { 'sec-gpc': '1' }],
])('with consent %s nobody is identified', async (_name, over, headers) => {
  const response = await identify(server, 'u-17', over, { ...COOKIE, ...headers })
  expect(response.status).toBe(403)
  expect(await response.json()).toMatchObject({ error: { code: 'consent' } })
  expect((await callWithKey(server, 'POST', `/v1/visitors/${VISITOR}/unmerge`)).status).toBe(404)
})

test.each([
  ['another key', { key: 'other' }, COOKIE, 403, 'key'],
  ['another origin', {}, { ...COOKIE, origin: 'https://evil.example' }, 403, 'origin'],
  ['no visitor', {}, {}, 401, 'visitor'],
  ['an address as the user', { user: 'ann@mail.example' }, COOKIE, 400, 'schema'],
  ['an object as the user', { user: { $ne: '' } }, COOKIE, 400, 'schema'],
])('E4 with %s nobody is identified', async (_name, over, headers, status, code) => {
  const response = await identify(server, 'u-17', over, headers)
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error: { code } })
})

test('a page of a listed origin, whose cookie was refused, is identified by the id that the reply named', async () => {
  const response = await identify(server, 'u-17', { visitor: VISITOR }, { origin: LISTED })
  expect(response.status).toBe(200)
  expect(response.headers.get('access-control-allow-origin')).toBe(LISTED)
  expect(getCookie(response.headers)).toBe(`ub_v=${VISITOR}`)
})

test('another user at the same browser gets another visitor', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  await identify(server, 'ann')
  const response = await identify(server, 'bob')
  const reply = (await response.json()) as ProfileReply
  expect(reply.audiences).toEqual([])
  expect(reply.visitor).not.toBe(VISITOR)
  expect(getCookie(response.headers)).toBe(`ub_v=${reply.visitor}`)
})

test('a flood of log-ins is refused for a while', async () => {
  const statuses = []
  for (let n = 0; n < 25; n++) statuses.push((await identify(server, 'u-17', { proof: 'x' })).status)
  expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401))
  expect(statuses.slice(21)).toContain(429)
})

test('the site’s own server says who a visitor is, and takes it back', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  const put = await callWithKey(server, 'PUT', `/v1/visitors/${VISITOR}/user`, { body: { user: 'u-17' } })
  expect(await put.json()).toEqual({ v: 1, visitor: VISITOR })
  await callWithKey(server, 'PUT', `/v1/visitors/${LAPTOP}/user`, { body: { user: 'u-17' } })
  expect(await readIntent(LAPTOP)).toEqual(['mortgage'])

  expect((await callWithKey(server, 'POST', `/v1/visitors/${VISITOR}/unmerge`)).status).toBe(204)
  expect(await readIntent(LAPTOP)).toEqual([])
  expect(await readIntent(VISITOR)).toEqual(['mortgage'])
  expect((await callWithKey(server, 'POST', `/v1/visitors/${VISITOR}/unmerge`)).status).toBe(404)

  expect((await callWithKey(server, 'DELETE', `/v1/visitors/${LAPTOP}/user`)).status).toBe(204)
  await sendBatch(server, [makeEvent()], {}, cookieOf(LAPTOP))
  expect(await readIntent(LAPTOP)).toEqual(['mortgage'])
})

test('a cookie is of all hosts of the site’s domain, where the site says so', async () => {
  const wide = await startTestServer({ site: makeSite({ cookieDomain: 'bank.example' }), trustProxy: true })
  const ask = async (host: string, over: object = {}, headers: Record<string, string> = {}) =>
    (await askProfile(wide, over, { 'x-forwarded-host': host, 'x-forwarded-proto': 'https', ...headers })).headers.get(
      'set-cookie',
    )
  expect(await ask('www.bank.example')).toContain('; Domain=bank.example;')
  expect(await ask('bank.example')).toContain('; Domain=bank.example;')
  expect(await ask('evilbank.example')).not.toContain('Domain')
  const denied = { consent: { ...GRANTED, personalization: 'denied' } }
  expect(await ask('www.bank.example', denied, COOKIE)).toBe('ub_v=; Max-Age=0; Domain=bank.example; Path=/; Secure')
  const erased = await fetch(`${wide.url}/v1/visitor`, {
    method: 'DELETE',
    headers: { ...COOKIE, 'x-forwarded-host': 'www.bank.example', 'sec-fetch-site': 'same-origin' },
  })
  expect(erased.headers.getSetCookie()).toEqual([
    'ub_v=; Max-Age=0; Path=/',
    'ub_v=; Max-Age=0; Domain=bank.example; Path=/',
  ])
  await wide.stop()
})

test.each([
  ['POST', '/v1/identify'],
  ['POST', '/v1/logout'],
  ['PUT', `/v1/visitors/${VISITOR}/user`],
  ['POST', `/v1/visitors/${VISITOR}/unmerge`],
  ['GET', `/v1/visitors/${VISITOR}/export`],
  ['GET', '/v1/users/u-17/export'],
  ['DELETE', '/v1/users/u-17'],
])('on a cluster %s %s says that it cannot be done there', async (method, path) => {
  const app = new Hono()
  addClusterRefusals(app)
  const response = await app.request(path, { method })
  expect(response.status).toBe(501)
  expect(await response.json()).toMatchObject({ error: { code: 'cluster' } })
})
