import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  askProfile,
  COOKIE,
  getCookie,
  GRANTED,
  makeEvent,
  makeSite,
  sendBatch,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../test/startTestServer.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({
    site: makeSite({ consent: GRANTED }),
    now: () => 1_700_000_000_000,
    trustProxy: true,
  })
  await sendBatch(server, [makeEvent()], {}, COOKIE)
})
afterAll(() => server.stop())

const page = (headers: Record<string, string> = {}) => new Request('http://127.0.0.1:3000/home?q=1', { headers })

test('an origin gets in process what the page would get by its own request', async () => {
  const { reply, headers } = await server.unblink.decideFor({ request: page(COOKIE), slots: ['home.hero'] })
  expect(reply).toEqual((await askProfile(server, {}, COOKIE)).reply)
  expect(reply).toMatchObject({ visitor: VISITOR, decisions: [{ slot: 'home.hero', variant: 'rates' }] })
  expect([...headers]).toEqual([['cache-control', 'private, no-cache']])
})

test('without names, every slot is decided', async () => {
  const { reply } = await server.unblink.decideFor({ request: page(COOKIE), url: '/home' })
  expect(reply.decisions?.map(({ slot }) => slot)).toEqual(['home.hero', 'home.side'])
})

test('a new visitor gets the cookie with the page', async () => {
  const { reply, headers } = await server.unblink.decideFor({ request: page() })
  expect(getCookie(headers)).toBe(`ub_v=${reply.visitor}`)
  expect(headers.get('set-cookie')).not.toContain('Secure')
  const secure = await server.unblink.decideFor({ request: page({ 'x-forwarded-proto': 'https' }) })
  expect(secure.headers.get('set-cookie')).toContain('; Secure')
})

test.each([
  ['the site says denied', {}, { personalization: 'denied', analytics: 'denied' } as const],
  ['the browser says Global Privacy Control', { 'sec-gpc': '1' }, undefined],
])('when %s, nothing is known and nothing set', async (_name, headers, consent) => {
  const decided = await server.unblink.decideFor({ request: page({ ...COOKIE, ...headers }), consent })
  expect(decided.reply).not.toHaveProperty('visitor')
  expect(decided.reply.decisions).toMatchObject([{ reason: 'consent' }, { reason: 'consent' }])
  // All that is set is the end of what was there.
  expect(decided.headers.get('set-cookie')).toBe('ub_v=; Max-Age=0; Path=/')
})

test('a slot that the site has not is a mistake in the code, and is named', async () => {
  const { unblink } = server
  await expect(unblink.decideFor({ request: page(), slots: ['home.heros'] })).rejects.toThrow(
    'did you mean "home.hero"?',
  )
})
