import type { ProfileReply } from '@unblink/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  askProfile,
  COOKIE,
  FROM_PAGE,
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
import { createManifest } from '../site/createManifest.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const LISTED = 'https://www.bank.example'

test('a first visit gets an id, a cookie that scripts cannot read, and the baseline', async () => {
  const before = Date.now()
  const { status, headers, reply } = await askProfile(server)
  expect(status).toBe(200)
  expect(reply).toEqual({
    v: 1,
    manifest: createManifest(makeSite()).version,
    visitor: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    generation: 0,
    audiences: [],
    attributes: { intent: { primary: null }, visits: { count: 1 }, holdings: [] },
    decisions: [{ slot: 'home.hero', reason: 'default' }],
    expiresAt: expect.any(Number) as number,
  })
  // C17: a device whose clock is two days fast still takes it.
  expect(reply.expiresAt - before).toBeGreaterThan(2 * 86_400_000)
  expect(headers.get('set-cookie')).toBe(`ub_v=${reply.visitor}; Max-Age=34128000; Path=/; HttpOnly; SameSite=Lax`)
  expect(headers.get('cache-control')).toBe('private, no-store')
})

test('what the events taught decides the next request', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  const { reply, headers } = await askProfile(
    server,
    { slots: { 'home.side': {}, 'home.hero': {}, unknown: {} } },
    COOKIE,
  )
  expect(reply).toMatchObject({
    visitor: VISITOR,
    generation: 1,
    audiences: ['mortgage'],
    attributes: { intent: { primary: 'mortgage' } },
    decisions: [
      { slot: 'home.side', reason: 'default' },
      {
        slot: 'home.hero',
        experience: 'hero',
        variant: 'rates',
        content: { text: 'Our rates' },
        reason: 'targeting_match',
      },
    ],
  })
  expect(headers.get('set-cookie')).toBeNull()
})

test.each([
  ['consent is pending', { consent: { ...GRANTED, personalization: 'pending' } }, {}, null],
  ['consent is denied', { consent: { ...GRANTED, personalization: 'denied' } }, {}, 'ub_v=; Max-Age=0; Path=/'],
  ['consent is not told', { consent: undefined }, {}, null],
  ['B18 the browser says Global Privacy Control', {}, { 'sec-gpc': '1' }, 'ub_v=; Max-Age=0; Path=/'],
])('when %s there is no id, no cookie and no profile, but a decision', async (_name, over, headers, cookie) => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  const { status, reply, headers: replied } = await askProfile(server, over, { ...COOKIE, ...headers })
  expect(status).toBe(200)
  expect(replied.get('set-cookie')).toBe(cookie)
  expect(reply).toMatchObject({
    generation: 0,
    audiences: [],
    attributes: {},
    decisions: [{ slot: 'home.hero', reason: 'consent' }],
  })
  expect(reply).not.toHaveProperty('visitor')
})

test('a proxy that nobody vouches for does not make the cookie Secure', async () => {
  const { headers } = await askProfile(server, {}, { 'x-forwarded-proto': 'https' })
  expect(headers.get('set-cookie')).not.toContain('Secure')
})

test.each(['', 'x', `${VISITOR}0`, VISITOR.toUpperCase(), '0192f3a4-0000-7000-8000-0000000000aa', "' OR 1=1 --"])(
  'E3 a cookie that is no id of ours (%j) is replaced',
  async (value) => {
    const { headers, reply } = await askProfile(server, {}, { cookie: `ub_v=${encodeURIComponent(value)}` })
    expect(getCookie(headers)).toBe(`ub_v=${reply.visitor}`)
    expect(reply.visitor).not.toBe(value)
  },
)

test('a page that cannot have the cookie may name the id; the cookie wins over it', async () => {
  const other = '11111111-1111-4111-8111-111111111111'
  expect((await askProfile(server, { visitor: other }, { origin: LISTED })).reply.visitor).toBe(other)
  expect((await askProfile(server, { visitor: other }, COOKIE)).reply.visitor).toBe(VISITOR)
  expect((await askProfile(server, { visitor: 'admin' })).reply.visitor).toMatch(/^[0-9a-f-]{36}$/)
})

test('a listed origin may read the reply with its cookies, and is named for it', async () => {
  const { status, headers } = await askProfile(server, {}, { origin: LISTED })
  expect(status).toBe(200)
  expect(headers.get('access-control-allow-origin')).toBe(LISTED)
  expect(headers.get('access-control-allow-credentials')).toBe('true')
  expect(headers.get('vary')).toContain('Origin')
})

test('the server’s own origin is always allowed', async () => {
  expect((await askProfile(server, {}, { origin: server.url })).status).toBe(200)
})

test.each([
  'null',
  'https://www.bank.example.evil.example',
  'https://evil-www.bank.example',
  'https://bank.example',
  'http://www.bank.example',
  'https://www.bank.example:8443',
  'http://127.0.0.1',
  'not an origin',
])('E4 the origin %s is refused', async (origin) => {
  const { status, headers, reply } = await askProfile(server, {}, { ...COOKIE, origin })
  expect(status).toBe(403)
  expect(reply).toMatchObject({ error: { code: 'origin' } })
  expect(headers.get('access-control-allow-origin')).toBeNull()
  expect(headers.get('set-cookie')).toBeNull()
})

test.each<[string, Record<string, string>, number]>([
  ['of another site, as an image', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
  ['of a neighbour, as an image', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }, 403],
  ['of another site, by a link', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 403],
  ['of its own origin', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 200],
  ['of its own origin, in an old engine', { referer: 'http://localhost/page' }, 200],
  ['of another site, in an old engine', { referer: 'http://evil.example/' }, 403],
  ['that nobody names, typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, 403],
  ['that nobody names, by a program', {}, 403],
])('E4 without an origin, asked for a page %s', async (_name, headers, status) => {
  const response = await server.unblink.app.request('/v1/p?key=bank-page&url=/', { headers })
  expect(response.status).toBe(status)
  if (status === 403) expect(await response.json()).toMatchObject({ error: { code: 'origin' } })
})

test.each([
  ['an unknown key', makeRequest({ key: 'other' }), {}, 403, 'key'],
  ['the server key', makeRequest({ key: 'secret-of-the-test-server' }), {}, 403, 'key'],
  ['no JSON', '{', {}, 400, 'json'],
  ['nothing', '', {}, 400, 'json'],
  ['another shape', [], {}, 400, 'schema'],
  ['another content type', makeRequest(), { 'content-type': 'application/xml' }, 415, 'content_type'],
  ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'content_type'],
  ['a body in another encoding', makeRequest(), { 'content-encoding': 'br' }, 415, 'content_encoding'],
  ['a body that says gzip and is none', makeRequest(), { 'content-encoding': 'gzip' }, 400, 'not_gzip'],
  ['a body above 16 KiB', makeRequest({ referrer: 'x'.repeat(17_000) }), {}, 413, 'too_large'],
])('%s is refused with a reason', async (_name, body, headers, status, code) => {
  const response = await post(`${server.url}/v1/p`, body, headers)
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error: { code, message: expect.stringMatching(/\w/) as string } })
})

test('application/json is understood too, and its preflight is answered for listed origins only', async () => {
  expect((await post(`${server.url}/v1/p`, makeRequest(), { 'content-type': 'application/json' })).status).toBe(200)
  const ask = (origin: string) => fetch(`${server.url}/v1/p`, { method: 'OPTIONS', headers: { origin } })
  const allowed = await ask(LISTED)
  expect(allowed.status).toBe(204)
  expect(allowed.headers.get('access-control-allow-headers')).toBe('content-type')
  expect((await ask('https://evil.example')).status).toBe(403)
})

test('a reply too large for the page gives up its largest contents, says so, and keeps the others', async () => {
  const slots = Object.fromEntries(['a', 'b', 'c'].map((id) => [id, {}]))
  const sizes = { a: 20_000, b: 100, c: 14_000 }
  const experiences = Object.entries(sizes).map(([slot, size]) => ({
    id: slot,
    slot,
    kind: 'personalization' as const,
    variants: [{ id: 'v', content: { html: 'x'.repeat(size) } }],
  }))
  const large = await startTestServer({ site: makeSite({ slots, experiences, audiences: {} }) })
  const response = await post(`${large.url}/v1/p`, makeRequest({ slots }))
  const text = await response.text()
  expect(text.length).toBeLessThanOrEqual(32 * 1_024)
  expect((JSON.parse(text) as { decisions: unknown }).decisions).toMatchObject([
    { slot: 'a', reason: 'error' },
    { slot: 'b', variant: 'v' },
    { slot: 'c', variant: 'v' },
  ])
  expect(large.logs).toMatchObject([{ code: 'reply_too_large', slot: 'a' }])
  await large.stop()
})

test('a rotation too large for the page is given up before its first content', async () => {
  const contents = [{ html: 'x'.repeat(20_000) }]
  const slots = { a: {}, b: {} }
  const experiences = Object.keys(slots).map((slot) => ({
    id: slot,
    slot,
    kind: 'personalization' as const,
    variants: [{ id: 'v', content: { text: 'first' }, rotation: { everyMs: 5_000, contents } }],
  }))
  const large = await startTestServer({ site: makeSite({ slots, experiences, audiences: {} }) })
  const response = await post(`${large.url}/v1/p`, makeRequest({ slots }))
  expect(((await response.json()) as ProfileReply).decisions).toEqual([
    { slot: 'a', experience: 'a', variant: 'v', content: { text: 'first' }, reason: 'targeting_match' },
    {
      slot: 'b',
      experience: 'b',
      variant: 'v',
      content: { text: 'first' },
      rotation: { everyMs: 5_000, contents },
      reason: 'targeting_match',
    },
  ])
  expect(large.logs).toMatchObject([{ code: 'reply_too_large', slot: 'a' }])
  await large.stop()
})

test('GET answers what POST does, by the site’s own consent, and may be kept just long enough for a preload', async () => {
  const granted = await startTestServer({ site: makeSite({ consent: GRANTED }), now: () => 1_700_000_000_000 })
  await sendBatch(granted, [makeEvent()], {}, COOKIE)
  const get = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${granted.url}/v1/p?${query}`, { headers: { ...FROM_PAGE, ...headers } })
  const response = await get('key=bank-page&url=%2F&slots=home.hero,unknown', COOKIE)
  expect(await response.json()).toEqual((await askProfile(granted, {}, COOKIE)).reply)
  expect(response.headers.get('cache-control')).toBe('private, max-age=10')
  expect(response.headers.get('vary')).toBe('Origin')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')

  const first = await get('key=bank-page')
  const { visitor, decisions } = (await first.json()) as ProfileReply
  expect(getCookie(first.headers)).toBe(`ub_v=${visitor}`)
  expect(decisions?.map(({ slot }) => slot)).toEqual(['home.hero', 'home.side'])

  const optedOut = await get('key=bank-page', { ...COOKIE, 'sec-gpc': '1' })
  expect(optedOut.headers.get('set-cookie')).toBe('ub_v=; Max-Age=0; Path=/')
  expect(await optedOut.json()).not.toHaveProperty('visitor')
  await granted.stop()
})

test.each([
  ['no key', '', FROM_PAGE, 400, 'schema'],
  ['another key', 'key=other', FROM_PAGE, 403, 'key'],
  ['another origin', 'key=bank-page', { origin: 'https://evil.example' }, 403, 'origin'],
  [
    'too many slots',
    `key=bank-page&slots=${Array.from({ length: 101 }, (_, n) => `s${n}`).join()}`,
    FROM_PAGE,
    400,
    'schema',
  ],
])('GET with %s is refused with a reason', async (_name, query, headers, status, code) => {
  const response = await fetch(`${server.url}/v1/p?${query}`, { headers })
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error: { code } })
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test('where the site asks for consent first, a GET makes no visitor', async () => {
  const response = await fetch(`${server.url}/v1/p?key=bank-page`, { headers: { ...COOKIE, ...FROM_PAGE } })
  expect(response.headers.get('set-cookie')).toBeNull()
  expect(await response.json()).toMatchObject({ decisions: [{ reason: 'consent' }, { reason: 'consent' }] })
})

test('what a proxy tells counts only where the server trusts it', async () => {
  const headers = { origin: 'https://shop.example', 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' }
  expect((await askProfile(server, {}, headers)).status).toBe(403)
  const proxied = await startTestServer({ trustProxy: true })
  const told = await askProfile(proxied, {}, headers)
  expect(told.status).toBe(200)
  expect(told.headers.get('set-cookie')).toContain('; Secure')
  // Known to be https: a page of the same host over http is somebody on the wire.
  expect((await askProfile(proxied, {}, { ...headers, origin: 'http://shop.example' })).status).toBe(403)
  expect((await askProfile(proxied, {}, { origin: proxied.url })).status).toBe(200)
  await proxied.stop()
})
