import type { ProfileReply } from '@unblink/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPreviewLink, type PreviewInput } from '../preview/createPreviewLink.ts'
import { formatPreviewToken } from '../preview/previewToken.ts'
import { makeRequest, makeSite, post, startTestServer, type TestServer } from '../../test/startTestServer.ts'

const SHOWN = { slots: ['home.hero'], experiences: ['hero'], variants: ['rates'] }
const HOUR = 3_600_000

let server: TestServer
let now = Date.now()
beforeAll(async () => {
  server = await startTestServer({ now: () => now })
})
afterAll(() => server.stop())

const makeLink = (over: Partial<PreviewInput> = {}) => {
  const link = createPreviewLink({ site: makeSite(), ...SHOWN, base: server.url, to: '/', until: now + HOUR, ...over })
  if (!link.ok) throw new Error(link.error)
  return link.value
}

/** Opens a link as a browser does, without following it. */
async function open(link: string) {
  const response = await fetch(link, { redirect: 'manual' })
  const cookies = response.headers.getSetCookie()
  return { status: response.status, to: response.headers.get('location'), cookies }
}

const readCookie = (cookies: string[]) => cookies.find((cookie) => cookie.startsWith('ub_o='))!.split(';')[0]!

const ask = async (cookie: string) => {
  const response = await post(`${server.url}/v1/p`, makeRequest(), { cookie })
  return (await response.json()) as ProfileReply
}
const getHero = ({ decisions }: ProfileReply) => decisions!.find(({ slot }) => slot === 'home.hero')

test('a signed link makes this browser see the variant, and goes on to the page', async () => {
  const { status, to, cookies } = await open(makeLink({ to: '/loans?a=1#b' }))
  expect({ status, to }).toEqual({ status: 303, to: '/loans?a=1#b' })
  expect(cookies).toEqual([
    expect.stringMatching(/^ub_o=[\w-]+\.[\w-]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/),
    'unblink=; Max-Age=0; Path=/; SameSite=Lax',
  ])
  // Neither experience nor variant is named, so nothing can be counted for them.
  expect(getHero(await ask(readCookie(cookies)))).toEqual({
    slot: 'home.hero',
    content: { text: 'Our rates' },
    reason: 'override',
  })
  expect(getHero(await ask(''))).toMatchObject({ reason: 'default' })
})

test('it ends at its time, whatever the browser does with the cookie', async () => {
  const cookie = readCookie((await open(makeLink())).cookies)
  const link = makeLink()
  now += HOUR
  expect(getHero(await ask(cookie))).toMatchObject({ reason: 'default' })
  expect(await open(link)).toMatchObject({ status: 403, cookies: [] })
})

test('without anything to show, it ends at once', async () => {
  const { status, cookies } = await open(`${server.url}/v1/preview?to=/loans`)
  expect(status).toBe(303)
  expect(cookies[0]).toMatch(/^ub_o=; Max-Age=0;/)
})

test.each([
  ['another key', () => formatPreviewToken({ show: {}, until: now + HOUR }, 'bank', 'another-key-of-16')],
  ['another site', () => formatPreviewToken({ show: {}, until: now + HOUR }, 'shop', 'secret-of-the-test-server')],
  ['no signature', () => Buffer.from(JSON.stringify({ show: {}, until: now + HOUR })).toString('base64url')],
  ['nothing at all', () => '.'],
])('a link signed by %s is refused', async (_whom, makeToken) => {
  const token = makeToken()
  expect(await open(`${server.url}/v1/preview?show=${token}`)).toMatchObject({ status: 403, cookies: [] })
  expect(getHero(await ask(`ub_o=${token}`))).toMatchObject({ reason: 'default' })
})

test('a signed token with other contents is refused', async () => {
  const [, signature] = formatPreviewToken({ show: {}, until: now + HOUR }, 'bank', 'secret-of-the-test-server').split(
    '.',
  )
  const body = Buffer.from(JSON.stringify({ show: { 'home.hero': {} }, until: now + 9 * HOUR })).toString('base64url')
  expect(getHero(await ask(`ub_o=${body}.${signature}`))).toMatchObject({ reason: 'default' })
})

test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', 'http://[/'])(
  'it goes on to no other site: %s',
  async (to) => {
    expect(await open(makeLink({ to }))).toMatchObject({ status: 400, to: null, cookies: [] })
  },
)

test('it goes on to an origin that the site lists', async () => {
  const to = 'https://www.bank.example/loans'
  expect(await open(makeLink({ to }))).toMatchObject({ status: 303, to })
})

test('a variant that the site has no more is not shown', async () => {
  const token = (experience: string, variant: string) =>
    formatPreviewToken(
      { show: { 'home.hero': { experience, variant } }, until: now + HOUR },
      'bank',
      'secret-of-the-test-server',
    )
  for (const [experience, variant] of [
    ['hero', 'gone'],
    ['gone', 'rates'],
    ['side', 'lounge'],
  ] as const)
    expect(getHero(await ask(`ub_o=${token(experience, variant)}`))).toMatchObject({ reason: 'default' })
})

test.each([
  [{ slots: ['home.herro'] }, 'There is no slot "home.herro"; did you mean "home.hero"?'],
  [{ experiences: ['side'] }, 'There is no experience of slot "home.hero" "side"; there are: hero.'],
  [{ variants: ['rate'] }, 'There is no variant of experience "hero" "rate"; did you mean "rates"?'],
  [{ variants: [] }, 'Say what to show: --slot, --experience and --variant, each as often as the others.'],
  [{ base: 'shop' }, '--url shop: expected the address of the server, like https://www.example.com/u.'],
  [{ site: makeSite({ keys: { browser: 'bank-page' } }) }, 'A preview is signed with the server key.'],
])('%j cannot be previewed, and why is said', (over, text) => {
  expect(() => makeLink(over)).toThrow(text)
})
