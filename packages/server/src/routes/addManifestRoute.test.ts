import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeSite, startTestServer, type TestServer } from '../../test/startTestServer.ts'
import { createManifest } from '../site/createManifest.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.stop())

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}?key=bank-page`, { headers })
const holdout = (share: number) => makeSite({ holdout: { share, seed: 's' } })

test('the manifest in force is good for a minute, and that of one version for ever', async () => {
  const current = await get('/v1/m')
  const { version } = createManifest(makeSite())
  expect(await current.json()).toMatchObject({ version })
  expect(current.headers.get('cache-control')).toBe('public, max-age=60')
  const versioned = await get(`/v1/m/${version}`)
  expect(await versioned.json()).toMatchObject({ version })
  expect(versioned.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect((await get('/v1/m', { 'if-none-match': current.headers.get('etag')! })).status).toBe(304)
})

test('another publication is in force at once, and the versions before it stay as they were', async () => {
  const before = (await (await get('/v1/m')).json()) as { version: string }
  const published = server.unblink.publish(holdout(0.1))
  const after = (await (await get('/v1/m')).json()) as { version: string }
  expect(published).toEqual({ ok: true, value: after.version })
  expect(after).toMatchObject({ holdout: { share: 0.1 } })
  expect(await (await get(`/v1/m/${before.version}`)).json()).toEqual(before)
  expect(await (await get(`/v1/m/${after.version}`)).json()).toEqual(after)
})

test('a version that is not kept is a 404 that nobody caches and that says where to go', async () => {
  const { version } = createManifest(makeSite())
  for (let share = 1; share <= 16; share++) server.unblink.publish(holdout(share / 100))
  for (const path of [`/v1/m/${version}`, '/v1/m/unknown']) {
    const response = await get(path)
    expect([response.status, response.headers.get('cache-control')]).toEqual([404, 'no-store'])
    expect(await response.text()).toContain('Ask GET /v1/m')
  }
})

test('another key and another origin get neither', async () => {
  const { version } = createManifest(makeSite())
  for (const path of ['/v1/m', `/v1/m/${version}`]) {
    expect((await fetch(`${server.url}${path}?key=other`)).status).toBe(403)
    expect((await get(path, { origin: 'https://other.example' })).status).toBe(403)
  }
})

test('another site cannot take the place of this one', () => {
  expect(server.unblink.publish(makeSite({ id: 'other' }))).toMatchObject({
    ok: false,
    error: expect.stringContaining('the server keeps the data of "bank", got "other"') as string,
  })
})
