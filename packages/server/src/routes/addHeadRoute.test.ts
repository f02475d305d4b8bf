import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getIntegrity } from '@unblink/snippet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSite, startTestServer, type TestServer } from '../../test/startTestServer.ts'
import { renderPinnedHead } from './renderPinnedHead.ts'

const RUNTIME = 'console.log("runtime")'
let server: TestServer
let sdkDir = ''
beforeAll(async () => {
  sdkDir = await mkdtemp(join(tmpdir(), 'unblink-sdk-'))
  await writeFile(join(sdkDir, 'unblink.js'), RUNTIME)
  server = await startTestServer({ sdkDir: [join(sdkDir, 'nowhere'), sdkDir] })
})
afterAll(async () => {
  await server.stop()
  await rm(sdkDir, { recursive: true })
})

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(server.url + path, { headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test('the head file has the site in it, for pages of any origin, and is asked for anew after a minute', async () => {
  const { status, headers, text } = await get('/unblink-head.js')
  expect(status).toBe(200)
  expect(text).toContain('"key":"bank-page"')
  expect(text).toContain('"home.hero":{}')
  expect(text).not.toContain('integrity":"sha')
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=60, stale-while-revalidate=86400',
    'access-control-allow-origin': '*',
    vary: 'Accept-Encoding',
  })
  const again = await get('/unblink-head.js', { 'if-none-match': headers.get('etag')! })
  expect(again).toMatchObject({ status: 304, text: '' })
})

test('the file named by its hash is for ever and pins the runtime; any other hash gets what is in force', async () => {
  const { name, text } = renderPinnedHead(makeSite(), Buffer.from(RUNTIME))
  const pinned = await get(`/${name}`)
  expect(pinned).toMatchObject({ status: 200, text })
  expect(pinned.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(text).toContain(getIntegrity(RUNTIME))
  const old = await get('/unblink-head.0123456789abcdef.js')
  expect(old.text).toBe((await get('/unblink-head.js')).text)
  expect(old.headers.get('cache-control')).not.toContain('immutable')
  expect((await get('/unblink-head.xyz.js')).status).toBe(404)
})

test('another configuration that is put into force is in the next answer', async () => {
  const published = server.unblink.publish(makeSite({ slots: { 'home.hero': {}, 'home.side': { deadlineMs: 321 } } }))
  expect(published.ok).toBe(true)
  const { text } = await get('/unblink-head.js')
  expect(text).toContain('"home.side":{"deadlineMs":321}')
  // What browsers remember of the one before is void.
  expect(text).toContain(`/unblink=(1|${server.unblink.version})\\b/`)
})

test('the files of a second folder are served, too', async () => {
  expect(await get('/unblink.js')).toMatchObject({ status: 200, text: RUNTIME })
})
