import { afterEach, beforeEach, expect, test } from 'vitest'
import { callWithKey, identify, prove } from '../../test/openIdentity.ts'
import {
  askProfile,
  COOKIE,
  FROM_PAGE,
  GRANTED,
  makeEvent,
  makeSite,
  sendBatch,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../../test/startTestServer.ts'

const LAPTOP = '11111111-1111-4111-8111-111111111111'
const cookieOf = (visitor: string) => ({ cookie: `ub_v=${visitor}` })

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.stop())

const readIntent = async (visitor: string) => (await askProfile(server, {}, cookieOf(visitor))).reply.audiences

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

test('a flood of log-ins is refused for a while', async () => {
  const statuses = []
  for (let n = 0; n < 25; n++) statuses.push((await identify(server, 'u-17', { proof: 'x' })).status)
  expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401))
  expect(statuses.slice(21)).toContain(429)
})

test('a cookie is of all hosts of the site’s domain, where the site says so', async () => {
  const wide = await startTestServer({ site: makeSite({ cookieDomain: 'bank.example' }), trustProxy: true })
  const ask = async (host: string, over: object = {}, headers: Record<string, string> = {}) =>
    (
      await askProfile(wide, over, { ...FROM_PAGE, 'x-forwarded-host': host, 'x-forwarded-proto': 'https', ...headers })
    ).headers.get('set-cookie')
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
