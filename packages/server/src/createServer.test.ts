import { copyFile, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import Database from 'libsql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  COOKIE,
  FROM_PAGE,
  makeBatch,
  makeEvent,
  makeRequest,
  makeSite,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../test/startTestServer.ts'
import { createServer } from './createServer.ts'
import { createManifest } from './site/createManifest.ts'

const SCRIPT = '/* sdk */ '.repeat(500)
let server: TestServer
let sdkDir = ''
beforeAll(async () => {
  sdkDir = await mkdtemp(join(tmpdir(), 'unblink-sdk-'))
  await writeFile(join(sdkDir, 'unblink.js'), SCRIPT)
  await writeFile(join(sdkDir, 'unblink.js.map'), '{}')
  await writeFile(join(sdkDir, 'secret.txt'), 'no')
  await writeFile(join(sdkDir, 'Upper.js'), 'no')
  server = await startTestServer({ sdkDir })
})
afterAll(async () => {
  await server.stop()
  await rm(sdkDir, { recursive: true })
})

/** Unlike fetch, leaves body and path as they are. */
const getRaw = (path: string, headers: Record<string, string> = {}, url = server.url) =>
  new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const sent = request({ hostname, port, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })

test('the manifest is cached for a minute and then by its version', async () => {
  const manifest = createManifest(makeSite())
  const response = await fetch(`${server.url}/v1/m?key=bank-page`)
  expect(await response.json()).toEqual(manifest)
  expect(response.headers.get('cache-control')).toBe('public, max-age=60')
  const etag = response.headers.get('etag') ?? ''
  expect(etag).toBe(`"${manifest.version}"`)
  const ask = async (ifNoneMatch: string) =>
    (await getRaw('/v1/m?key=bank-page', { 'if-none-match': ifNoneMatch })).status
  expect(await Promise.all([ask(etag), ask(`"x", W/${etag}`), ask('"x"')])).toEqual([304, 304, 200])
})

test.each([
  ['no key', '/v1/m', {}],
  ['another key', '/v1/m?key=secret-of-the-test-server', {}],
  ['another origin', '/v1/m?key=bank-page', { origin: 'https://evil.example' }],
])('with %s there is no manifest', async (_name, path, headers) => {
  expect((await fetch(server.url + path, { headers })).status).toBe(403)
})

test.each([
  ['br, gzip', 'br', brotliDecompressSync],
  ['gzip;q=0.5, br;q=0', 'gzip', gunzipSync],
  ['', undefined, (body: Buffer) => body],
])('the SDK is sent as the browser accepts it: %j', async (accepted, encoding, decode) => {
  const { status, headers, body } = await getRaw('/unblink.js', { 'accept-encoding': accepted })
  expect(status).toBe(200)
  expect(headers['content-encoding']).toBe(encoding)
  expect(decode(body).toString()).toBe(SCRIPT)
  expect(headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=3600',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    vary: 'Accept-Encoding',
  })
  const again = await getRaw('/unblink.js', { 'accept-encoding': accepted, 'if-none-match': String(headers['etag']) })
  expect(again.status).toBe(304)
  expect(again.body).toHaveLength(0)
})

test('a compressed file beside the script is used, unless the script is newer', async () => {
  const script = join(sdkDir, 'with-br.js')
  await writeFile(script, 'plain')
  await writeFile(`${script}.br`, 'ready made')
  const read = async () => (await getRaw('/with-br.js', { 'accept-encoding': 'br' })).body
  expect((await read()).toString()).toBe('ready made')
  await writeFile(script, 'changed')
  const later = new Date(Date.now() + 5_000)
  await utimes(script, later, later)
  expect(brotliDecompressSync(await read()).toString()).toBe('changed')
})

test.each([
  '/secret.txt',
  '/Upper.js',
  '/absent.js',
  '/..%2fsecret.js',
  '/../package.json',
  '/sub/unblink.js',
  '/unblink.js.map.br',
])('E12 nothing but scripts of the folder is served: %s', async (path) => {
  expect((await getRaw(path)).status).toBe(404)
})

test('a source map is JSON', async () => {
  expect((await getRaw('/unblink.js.map')).headers['content-type']).toBe('application/json')
})

test('health says that the process lives; readiness that it can write', async () => {
  let now = Date.now()
  const other = await startTestServer({ now: () => now })
  const ask = async (path: string) => (await fetch(other.url + path)).status
  expect([await ask('/health'), await ask('/ready')]).toEqual([200, 200])
  const lock = new Database(join(other.dataDir, 'unblink.db'))
  lock.exec('BEGIN IMMEDIATE')
  now += 2_000
  expect([await ask('/health'), await ask('/ready')]).toEqual([200, 503])
  lock.exec('ROLLBACK')
  lock.close()
  now += 2_000
  expect(await ask('/ready')).toBe(200)
  await other.stop()
})

test('a host application mounts it under a path and keeps its own pages', async () => {
  const unblink = await createServer({ site: makeSite(), sdkDir })
  const host = new Hono()
  host.get('/', (c) => c.text('shop'))
  host.get('/u/own', (c) => c.text('own'))
  host.route('/u', unblink.app)
  host.get('/u/late.js', (c) => c.text('late'))
  host.notFound((c) => c.text('not here', 404))
  const ask = async (path: string, init?: RequestInit) => host.request(path, init)
  const body = JSON.stringify(makeRequest())
  expect((await ask('/u/v1/p', { method: 'POST', headers: FROM_PAGE, body })).status).toBe(200)
  expect(await (await ask('/u/unblink.js')).text()).toBe(SCRIPT)
  expect((await ask('/u/health')).status).toBe(200)
  expect(await (await ask('/')).text()).toBe('shop')
  expect(await (await ask('/u/own')).text()).toBe('own')
  expect(await (await ask('/u/late.js')).text()).toBe('late')
  expect(await (await ask('/absent')).text()).toBe('not here')
  expect((await ask('/')).headers.get('x-content-type-options')).toBeNull()
  await unblink.close()
})

test('what was acknowledged is there after a restart', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-restart-'))
  const first = await createServer({ site: makeSite(), dataDir })
  const event = makeEvent()
  const init = { method: 'POST', headers: { ...COOKIE, ...FROM_PAGE }, body: JSON.stringify(makeBatch([event])) }
  await first.app.request('/v1/e', init)
  const profile = first.readProfile(VISITOR)
  await first.close()
  const second = await createServer({ site: makeSite(), dataDir })
  expect(second.readProfile(VISITOR)).toEqual(profile)
  expect(await (await second.app.request('/v1/e', init)).json()).toMatchObject({ ok: 0, dup: 1 })
  await second.close()
  await rm(dataDir, { recursive: true })
})

test('a folder that cannot be used is an error at the start, not later', async () => {
  const file = join(sdkDir, 'unblink.js')
  await expect(createServer({ site: makeSite(), dataDir: file })).rejects.toThrow(/EEXIST|ENOTDIR/)
})

test('a fault inside is logged and told without details', async () => {
  const other = await startTestServer()
  const database = new Database(join(other.dataDir, 'unblink.db'))
  database.prepare(`INSERT INTO profiles VALUES ('bank', ?, 1, 'broken')`).run(VISITOR)
  database.close()
  const ask = (path: string, body: object) =>
    fetch(other.url + path, { method: 'POST', headers: { ...COOKIE, ...FROM_PAGE }, body: JSON.stringify(body) })
  const replies = await Promise.all([ask('/v1/p', makeRequest()), ask('/v1/e', makeBatch([makeEvent()]))])
  for (const response of replies) {
    expect(response.status).toBe(500)
    expect(await response.text()).not.toMatch(/JSON|broken|token/)
  }
  expect(other.logs).toMatchObject([
    { level: 'error', code: 'internal', route: 'POST /v1/p' },
    { level: 'error', code: 'collect_failed' },
  ])
  await other.stop()
})

test('a stopped server leaves one whole file', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-stop-'))
  const unblink = await createServer({ site: makeSite(), dataDir })
  await unblink.setAttributes(VISITOR, { tier: 'gold' })
  await unblink.close()
  await copyFile(join(dataDir, 'unblink.db'), join(dataDir, 'copy.db'))
  const copy = new Database(join(dataDir, 'copy.db'))
  expect(copy.prepare('SELECT count(*) AS n FROM events').get()).toMatchObject({ n: 1 })
  copy.close()
  await rm(dataDir, { recursive: true })
})
