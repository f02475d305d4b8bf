import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { createServer, parseSite, type UnblinkServer } from '@unblink/server'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import worker, { type Env } from './index.ts'
import { PLACE } from './injectReply.ts'

const VISITOR = 'b6e5c3de-6f0e-4c7b-9a53-0c3d3f0a8b11'
const PAGE = `<head></head>${PLACE}<p data-unblink="hero">Baseline</p>`

let unblink: UnblinkServer
let seen: Request[] = []
beforeAll(async () => {
  const site = parseSite({
    id: 'shop',
    keys: { browser: 'pk' },
    consent: { personalization: 'granted', analytics: 'granted' },
    slots: { hero: {} },
    experiences: [
      { id: 'e', slot: 'hero', kind: 'personalization', variants: [{ id: 'v', content: { text: '</script>' } }] },
    ],
  })
  if (!site.ok) throw new Error(site.error)
  unblink = await createServer({ site: site.value, trustProxy: true })
})
afterAll(() => unblink.close())

/** The worker in front of an origin that answers so, and of the real server. */
function run(request: Request, page: Response, over: Partial<Env> = {}): Promise<Response> {
  seen = []
  const log = (asked: Request) => {
    seen.push(asked)
    return asked
  }
  const ORIGIN = { fetch: (asked: Request) => (log(asked), page) }
  const UNBLINK = { fetch: async (asked: Request) => unblink.app.fetch(log(asked)) }
  return worker.fetch(request, { KEY: 'pk', ORIGIN, UNBLINK, ...over })
}

const toPage = (headers: Record<string, string> = {}) =>
  new Response(PAGE, { headers: { 'content-type': 'text/html; charset=utf-8', ...headers } })

const open = (headers: Record<string, string> = {}) =>
  new Request('https://shop.example/home?q=1', { headers: { accept: 'text/html,*/*', ...headers } })

const getAsked = (path: string) => seen.filter(({ url }) => new URL(url).pathname === path)

test('a page holds its visitor’s reply, asked for once, and sets the cookie', async () => {
  const response = await run(open(), toPage({ etag: '"1"', 'cache-control': 'public, max-age=60' }))
  const html = await response.text()
  const reply = /unblink\.answer\((.*)\)<\/script><p/.exec(html)![1]!
  const { visitor, decisions } = JSON.parse(reply) as { visitor: string; decisions: unknown }
  expect(decisions).toMatchObject([{ slot: 'hero', variant: 'v', content: { text: '</script>' } }])
  expect(response.headers.get('set-cookie')).toMatch(new RegExp(`^ub_v=${visitor};.*Secure`))
  expect(response.headers.get('cache-control')).toBe('private, no-cache')
  expect(response.headers.has('etag')).toBe(false)
  expect(getAsked('/v1/p')).toHaveLength(1)
  const [asked] = getAsked('/v1/p')
  expect(asked!.url).toBe('https://shop.example/v1/p?key=pk&url=%2Fhome')
  expect(asked!.headers.get('origin')).toBe('https://shop.example')
})

test('a known visitor is told to Unblink, the site’s own cookies are not', async () => {
  const response = await run(
    open({ cookie: `session=secret; ub_v=${VISITOR}`, authorization: 'Basic secret' }),
    toPage(),
  )
  expect(await response.text()).toContain(VISITOR)
  expect(response.headers.get('set-cookie')).toBeNull()
  const [asked] = getAsked('/v1/p')
  expect(asked!.headers.get('cookie')).toBe(`ub_v=${VISITOR}`)
  expect(asked!.headers.get('authorization')).toBeNull()
  expect(getAsked('/home')[0]!.headers.get('cookie')).toContain('session=secret')
})

test('a page that another site has fetched ahead holds its reply, too', async () => {
  const response = await run(open({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }), toPage())
  expect(await response.text()).toContain('"variant":"v"')
})

test('the page is always sent whole, with the script under its policy’s nonce', async () => {
  const policy = { 'content-security-policy': "script-src 'nonce-aB3='" }
  const response = await run(open({ 'if-none-match': '"1"' }), toPage(policy))
  expect(await response.text()).toContain('<script nonce="aB3=">window.unblink')
  expect(getAsked('/home')[0]!.headers.has('if-none-match')).toBe(false)
})

test.each([
  ['is down', { fetch: () => Promise.reject(new Error('down')) }],
  ['refuses', { fetch: () => Response.json({ v: 1, error: {} }, { status: 503 }) }],
  ['sends no JSON', { fetch: () => new Response('<h1>busy') }],
  ['is nowhere', 'no address'],
])('when Unblink %s, the page says so and the slots need not wait', async (_name, UNBLINK) => {
  const log = vi.spyOn(console, 'error').mockReturnValue()
  const response = await run(open(), toPage(), { UNBLINK })
  expect(await response.text()).toBe(PAGE.replace(PLACE, '<script>window.unblink&&unblink.answer(null)</script>'))
  expect(log).toHaveBeenCalledOnce()
  log.mockRestore()
})

test('what is no page is left alone, and nothing is asked for it', async () => {
  const image = new Response('png', { headers: { 'content-type': 'image/png', etag: '"1"' } })
  const response = await run(new Request('https://shop.example/a.png', { headers: { accept: 'image/*' } }), image)
  expect(response).toBe(image)
  expect(getAsked('/v1/p')).toEqual([])
  const redirect = new Response(null, { status: 302, headers: { location: '/there' } })
  expect(await run(open(), redirect)).toBe(redirect)
})

test('the site’s path to Unblink works through the worker too', async () => {
  const body = JSON.stringify({ v: 1, key: 'pk', session: 's', sentAt: Date.now(), events: [] })
  const headers = { origin: 'https://shop.example', 'content-type': 'text/plain' }
  const response = await run(new Request('https://shop.example/u/v1/e', { method: 'POST', headers, body }), toPage())
  expect(await response.json()).toMatchObject({ v: 1, ok: 0 })
  const manifest = await run(new Request('https://shop.example/u/v1/m?key=pk'), toPage())
  expect(await manifest.json()).toMatchObject({ v: 1, slots: { hero: {} } })
})

test('as a bundle it needs nothing of Node', async () => {
  const bundled = await build({
    entryPoints: [fileURLToPath(new URL('index.ts', import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    conditions: ['source'],
    // The snippet's renderer hashes with Node; nothing here renders a snippet, so it is left out again.
    external: ['node:*'],
  })
  expect(bundled.outputFiles[0]!.text).not.toMatch(/\bimport\b|\brequire\b|node:/)
})
