import { readFileSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { askProfile, siteInput, startTestServer, type TestServer } from '../test/startTestServer.ts'
import { followConfig } from './followConfig.ts'
import { applyMistake, type Mistake } from '../test/applyMistake.ts'

const SETTLED = { timeout: 10_000, interval: 20 }

let folder = ''
let file = ''
let server: TestServer
let stop = () => {}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-watch-'))
  file = join(folder, 'site.json')
  server = await startTestServer()
})
afterEach(async () => {
  stop()
  await server.stop()
  await rm(folder, { recursive: true })
})

const follow = (config = file) => {
  stop = followConfig({ file: config, settleMs: 5, unblink: server.unblink, log: (record) => server.logs.push(record) })
}
const write = (site: object) => writeFile(file, JSON.stringify(site))
const withHoldout = (share: number) => ({ ...siteInput, holdout: { share, seed: 's' } })
const getManifest = async () =>
  (await (await fetch(`${server.url}/v1/m?key=bank-page`)).json()) as { holdout?: { share: number } }
const getCodes = () => server.logs.map(({ code }) => code)

test('a config that changes is in force, and the log names its manifest', async () => {
  await write(siteInput)
  follow()
  await write(withHoldout(0.1))
  await vi.waitFor(async () => expect((await getManifest()).holdout?.share).toBe(0.1), SETTLED)
  expect(server.logs).toContainEqual(
    expect.objectContaining({ code: 'config_published', manifest: expect.stringMatching(/^[0-9a-f]{12}$/) as string }),
  )
})

test('so is one that an editor puts in the place of the other', async () => {
  await write(siteInput)
  follow()
  for (const share of [0.2, 0.3]) {
    await writeFile(`${file}.new`, JSON.stringify(withHoldout(share)))
    await rename(`${file}.new`, file)
    await vi.waitFor(async () => expect((await getManifest()).holdout?.share).toBe(share), SETTLED)
  }
})

test('a source that a TypeScript config imports is read again, too', async () => {
  const config = join(folder, 'unblink.config.ts')
  const share = (value: number) => writeFile(join(folder, 'share.ts'), `export const share: number = ${value}`)
  await share(0.1)
  await writeFile(
    config,
    `import { share } from './share.ts'\nexport default { ...${JSON.stringify(siteInput)}, holdout: { share, seed: 's' } }`,
  )
  follow(config)
  await share(0.4)
  await vi.waitFor(async () => expect((await getManifest()).holdout?.share).toBe(0.4), SETTLED)
})

test('of every mistake the log says what is wrong, and the last good config stays in force', async () => {
  const read = (name: string) =>
    JSON.parse(readFileSync(new URL(`../cases/${name}`, import.meta.url), 'utf8')) as unknown
  const base = { ...(read('site-base.json') as object), holdout: { share: 0.25, seed: 's' } }
  const put = async (site: unknown) => {
    await writeFile(`${file}.new`, JSON.stringify(site))
    await rename(`${file}.new`, file)
  }
  follow()
  await put(base)
  await vi.waitFor(async () => expect((await getManifest()).holdout?.share).toBe(0.25), SETTLED)
  const good = await getManifest()
  for (const mistake of read('site-mistakes.json') as readonly Mistake[]) {
    if (mistake.severity === 'warning') continue
    server.logs.length = 0
    await put(applyMistake(base, mistake))
    const refused = { code: 'config_refused', message: expect.stringContaining(mistake.says) as string }
    await vi.waitFor(() => expect(server.logs).toContainEqual(expect.objectContaining(refused)), SETTLED)
    expect(await getManifest()).toEqual(good)
  }
  expect((await askProfile(server)).status).toBe(200)
}, 60_000)

test('after a bad config the next good one is in force', async () => {
  await write(siteInput)
  follow()
  await writeFile(file, '{ "id": ')
  await vi.waitFor(() => expect(getCodes()).toContain('config_refused'), SETTLED)
  expect((await askProfile(server)).status).toBe(200)
  await write(withHoldout(0.1))
  await vi.waitFor(async () => expect((await getManifest()).holdout?.share).toBe(0.1), SETTLED)
})

test('a config of another site is refused', async () => {
  await write(siteInput)
  follow()
  await write({ ...siteInput, id: 'other' })
  await vi.waitFor(
    () =>
      expect(server.logs).toContainEqual(
        expect.objectContaining({ code: 'config_refused', message: expect.stringContaining('got "other"') as string }),
      ),
    SETTLED,
  )
})
