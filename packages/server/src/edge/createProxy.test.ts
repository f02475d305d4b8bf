import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { getCookie, makeBatch, makeEvent, makeRequest, startTestServer, VISITOR } from '../../test/startTestServer.ts'
import { createProxy } from './createProxy.ts'

const undos: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const undo of undos.splice(0)) await undo()
})

async function startServer(options: Parameters<typeof startTestServer>[0] = {}) {
  const server = await startTestServer({ trustProxy: true, ...options })
  undos.push(() => server.stop())
  return server
}

/** Any HTTP server, to see what the proxy sends and what it makes of odd answers. */
async function startUpstream(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undos.push(() => new Promise((resolve) => server.close(resolve)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const SHOP = 'https://shop.example'
const postTo = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  new Request(SHOP + path, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', origin: SHOP, ...headers },
    body: JSON.stringify(body),
  })

test('the page’s own origin is the server’s, and its cookie is first-party and Secure', async () => {
  const { url } = await startServer()
  const proxy = createProxy({ target: url })
  const response = (await proxy(postTo('/u/v1/p', makeRequest())))!
  expect(response.status).toBe(200)
  expect(getCookie(response.headers)).toMatch(/^ub_v=[0-9a-f-]{36}$/)
  expect(response.headers.get('set-cookie')).toContain('; Secure')
  expect(response.headers.get('cache-control')).toBe('private, no-store')
})

test('a server that was not told to trust its proxy refuses, and says what to do', async () => {
  const { url } = await startServer({ trustProxy: false })
  const response = (await createProxy({ target: url })(postTo('/u/v1/p', makeRequest())))!
  expect(response.status).toBe(403)
  expect(await response.text()).toContain('--trust-proxy')
})

test('events are stored for the visitor of the cookie, and their reply comes back', async () => {
  const { url, unblink } = await startServer()
  const proxy = createProxy({ target: url })
  const cookie = `session=of-the-shop; ub_v=${VISITOR}`
  const response = (await proxy(postTo('/u/v1/e', makeBatch([makeEvent()]), { cookie })))!
  expect(await response.json()).toMatchObject({ v: 1, ok: 1, profile: { visitor: VISITOR } })
  expect(unblink.readProfile(VISITOR)).toMatchObject({ generation: 1 })
})

test('a refusal for size reaches the page as it is, so that the queue can split its batch', async () => {
  const { url } = await startServer()
  const proxy = createProxy({ target: url })
  const response = (await proxy(postTo('/u/v1/p', makeRequest({ referrer: 'x'.repeat(3_000_000) }))))!
  expect(response.status).toBe(413)
})

test.each(['/', '/u', '/ux/v1/p', '/unblink.js', '/u/../v1/p', '/u/%2e%2e/v1/p'])(
  'what is not under the base is the host’s: %s',
  async (path) => {
    const proxy = createProxy({ target: 'http://127.0.0.1:9' })
    expect(await proxy(new Request(SHOP + path))).toBeUndefined()
  },
)

test.each([
  ['/u', '', '/u/v1/m?key=a%20b', '/v1/m?key=a%20b'],
  ['/u', '/deep/', '/u/v1/m', '/deep/v1/m'],
  ['', '', '/v1/m', '/v1/m'],
  ['/a/b', '/deep', '/a/b//elsewhere.example/x', '/deep//elsewhere.example/x'],
  ['/u', '', '/u/a%2F..%2Fb', '/a%2F..%2Fb'],
])('base %j at target path %j turns %s into %s', async (base, at, path, expected) => {
  const target = await startUpstream((request, response) => response.end(request.url))
  const response = (await createProxy({ target: target + at, base })(new Request(SHOP + path)))!
  expect(await response.text()).toBe(expected)
})

const echo = (request: IncomingMessage, response: ServerResponse) => response.end(JSON.stringify(request.headers))

test('of what the browser holds for the site, the server sees our cookies only', async () => {
  const proxy = createProxy({ target: await startUpstream(echo) })
  const headers = {
    cookie: 'session=secret; ub_v=1; not_ub_v=2;ub_x=3',
    authorization: 'Basic secret',
    connection: 'keep-alive, x-private',
    'x-private': 'secret',
    'proxy-authorization': 'secret',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    'sec-gpc': '1',
  }
  const seen = (await (await proxy(new Request(`${SHOP}/u/v1/p`, { headers })))!.json()) as Record<string, string>
  expect(JSON.stringify(seen)).not.toMatch(/secret|evil/)
  expect(seen).toMatchObject({
    cookie: 'ub_v=1;ub_x=3',
    'sec-gpc': '1',
    'x-forwarded-host': 'shop.example',
    'x-forwarded-proto': 'https',
  })
})

test('without a cookie of ours, none is sent', async () => {
  const proxy = createProxy({ target: await startUpstream(echo) })
  const response = (await proxy(new Request(`${SHOP}/u/v1/p`, { headers: { cookie: 'a=1' } })))!
  expect(await response.json()).not.toHaveProperty('cookie')
})

test('behind another proxy, what that one tells is passed on', async () => {
  const proxy = createProxy({ target: await startUpstream(echo), trustProxy: true })
  const headers = { 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' }
  const told = (await proxy(new Request('http://10.0.0.1/u/v1/p', { headers })))!
  expect(await told.json()).toMatchObject(headers)
  const untold = (await proxy(new Request('http://10.0.0.1/u/v1/p')))!
  expect(await untold.json()).toMatchObject({ 'x-forwarded-host': '10.0.0.1', 'x-forwarded-proto': 'http' })
})

test('the SDK comes whole, and an unchanged one is not sent again', async () => {
  const sdkDir = await mkdtemp(join(tmpdir(), 'unblink-sdk-'))
  undos.push(() => rm(sdkDir, { recursive: true }))
  await writeFile(join(sdkDir, 'unblink.js'), '/* sdk */'.repeat(999))
  const { url } = await startServer({ sdkDir })
  const proxy = createProxy({ target: url })
  const headers = { 'accept-encoding': 'br' }
  const response = (await proxy(new Request(`${SHOP}/u/unblink.js`, { headers })))!
  expect(response.headers.get('content-encoding')).toBeNull()
  expect(await response.text()).toBe('/* sdk */'.repeat(999))
  const etag = response.headers.get('etag')!
  const again = (await proxy(new Request(`${SHOP}/u/unblink.js`, { headers: { 'if-none-match': etag } })))!
  expect(again.status).toBe(304)
})

test('a server that compresses unasked is still understood', async () => {
  const target = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('whole'))
  })
  const response = (await createProxy({ target })(new Request(`${SHOP}/u/x`)))!
  expect(response.headers.get('content-encoding')).toBeNull()
  expect(await response.text()).toBe('whole')
})

test('redirects and several cookies are the browser’s to follow', async () => {
  const target = await startUpstream((_request, response) => {
    response.writeHead(302, { location: '/u/there', 'set-cookie': ['ub_a=1', 'ub_b=2'] }).end()
  })
  const response = (await createProxy({ target })(new Request(`${SHOP}/u/x`)))!
  expect([response.status, response.headers.get('location')]).toEqual([302, '/u/there'])
  expect(response.headers.getSetCookie()).toEqual(['ub_a=1', 'ub_b=2'])
})

test('a stream is passed on as it comes', async () => {
  let end = () => {}
  const target = await startUpstream((_request, response) => {
    response.write('first')
    end = () => response.end('last')
  })
  const response = (await createProxy({ target })(new Request(`${SHOP}/u/v1/live`)))!
  const reader = response.body!.getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('first')
  end()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('last')
})

test('a binding is asked instead of an address', async () => {
  const { unblink } = await startServer()
  const proxy = createProxy({ target: SHOP, fetch: (asked) => unblink.app.fetch(asked) })
  const response = (await proxy(postTo('/u/v1/p', makeRequest())))!
  expect(response.status).toBe(200)
  expect(response.headers.get('set-cookie')).toContain('; Secure')
})

test('a server that is down is an answer, not an exception', async () => {
  const { url, stop } = await startTestServer()
  await stop()
  const response = (await createProxy({ target: url })(postTo('/u/v1/p', makeRequest())))!
  expect(response.status).toBe(502)
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await response.json()).toMatchObject({ v: 1, error: { code: 'unreachable' } })
})

test.each([
  [{ target: '127.0.0.1:4700' }, 'target "127.0.0.1:4700"'],
  [{ target: 'ftp://x' }, 'target "ftp://x"'],
  [{ target: 'http://x/?a' }, 'target "http://x/?a"'],
  [{ target: 'http://x', base: 'u' }, 'base "u"'],
  [{ target: 'http://x', base: '/u/' }, 'base "/u/"'],
])('%j is an error at once', (options, message) => {
  expect(() => createProxy(options)).toThrow(message)
})
