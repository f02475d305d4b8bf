import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  askProfile,
  COOKIE,
  makeSite,
  SERVER_KEY,
  siteInput,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../../test/startTestServer.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const put = (
  body: unknown,
  authorization: string | undefined = `Bearer ${SERVER_KEY}`,
  visitor = VISITOR,
  url = server.url,
) =>
  fetch(`${url}/v1/visitors/${visitor}/attributes`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

test('the site’s server tells of a visitor, and the next decision knows', async () => {
  expect((await put({ set: { tier: 'gold', holdings: ['cards'] } })).status).toBe(204)
  expect(server.unblink.readProfile(VISITOR)).toMatchObject({
    custom: { tier: 'gold' },
    holdings: ['cards'],
    visits: { count: 0 },
  })
  const { reply } = await askProfile(server, { slots: { 'home.side': {} } }, COOKIE)
  expect(reply).toMatchObject({
    audiences: ['gold'],
    attributes: { holdings: ['cards'] },
    decisions: [{ variant: 'lounge' }],
  })
  // Not exposed: stays on the server.
  expect(JSON.stringify(reply.attributes)).not.toContain('gold')
})

test.each([
  ['no key', undefined],
  ['the browser key', 'Bearer bank-page'],
  ['a wrong key', `Bearer ${SERVER_KEY}x`],
  ['an empty key', 'Bearer '],
  ['another scheme', `Basic ${SERVER_KEY}`],
])('with %s nothing is set', async (_name, authorization) => {
  const before = server.unblink.readProfile(VISITOR)
  const response = await (authorization === undefined
    ? fetch(`${server.url}/v1/visitors/${VISITOR}/attributes`, { method: 'PUT', body: '{"set":{"tier":"x"}}' })
    : put({ set: { tier: 'x' } }, authorization))
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe('Bearer')
  expect(server.unblink.readProfile(VISITOR)).toEqual(before)
})

test('a site without a server key refuses every key', async () => {
  const keyless = await startTestServer({ site: makeSite({ keys: { browser: siteInput.keys.browser } }) })
  for (const key of ['undefined', '', SERVER_KEY]) {
    expect((await put({ set: { tier: 'x' } }, `Bearer ${key}`, VISITOR, keyless.url)).status).toBe(401)
  }
  await keyless.stop()
})

test.each([
  ['no set', {}, 'set: expected an object'],
  ['a derived attribute', { set: { intent: { primary: 'mortgage' } } }, 'set.intent: is worked out from events'],
  ['a name with a dot', { set: { 'crm.tier': 1 } }, '"crm.tier" cannot be a name'],
  ['a __proto__', '{"set":{"__proto__":{"tier":"gold"}}}', '"__proto__" cannot be a name'],
  ['holdings that are no list', { set: { holdings: 'cards' } }, 'set.holdings: expected a list of strings'],
  ['too deep a value', { set: { a: [[[[[[[[1]]]]]]]] } }, 'nested deeper'],
  [
    'too many',
    { set: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`a${n}`, n])) },
    'a visitor can have 100 attributes',
  ],
])('%s is a clear error, and sets nothing', async (_name, body, message) => {
  const before = server.unblink.readProfile(VISITOR)
  const response = await put(body)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining(message) as string } })
  expect(server.unblink.readProfile(VISITOR)).toEqual(before)
})

test('a visitor id that is none is refused', async () => {
  expect((await put({ set: {} }, undefined, 'admin')).status).toBe(400)
})

test('a body above 16 KiB is refused', async () => {
  expect((await put({ set: { a: 'x'.repeat(17_000) } })).status).toBe(413)
})

test('from the same process a fault is thrown, with the same words', async () => {
  await server.unblink.setAttributes(VISITOR, { tier: 'silver' })
  expect(server.unblink.readProfile(VISITOR)?.custom).toMatchObject({ tier: 'silver' })
  await expect(server.unblink.setAttributes(VISITOR, { visits: 1 })).rejects.toThrow('set.visits: is worked out')
  await expect(server.unblink.setAttributes('admin', {})).rejects.toThrow('not a UUIDv4')
})
