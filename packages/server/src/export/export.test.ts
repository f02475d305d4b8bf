import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { AnyEvent } from '@unblink/protocol'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { callWithKey } from '../../test/openIdentity.ts'
import {
  makeEvent,
  makeSite,
  sendBatch,
  siteInput,
  startTestServer,
  type TestServer,
} from '../../test/startTestServer.ts'
import { runAudit } from '../commands/runAudit.ts'
import { runExport } from '../commands/runExport.ts'
import { COLUMNS, type Row } from './columns.ts'
import { openDatabase } from '../store/openDatabase.ts'
import { createPages, getLastPosition } from './createPages.ts'
import { getHiddenPath } from './createPart.ts'
import { writeParts } from './writeParts.ts'

const ANN = '11111111-1111-4111-8111-111111111111'
const BOB = '22222222-2222-4222-8222-222222222222'
const SECRETS = { export: 'export-key-of-at-least-32-characters', watch: 'metrics-key-of-at-least-32-characters' }
const servers = {
  warehouse: { secret: SECRETS.export, scopes: ['export' as const] },
  watch: { secret: SECRETS.watch, scopes: ['metrics' as const] },
}
const keys = { ...siteInput.keys, servers }
const exposure = {
  slot: 'home.hero',
  experience: 'hero',
  variant: 'rates',
  outcome: 'variant',
  reason: 'split',
  hiddenMs: 12.5,
  profileMs: 40,
  chance: [0.25, 'mortgage'],
}

let server: TestServer
let out: string
beforeEach(async () => {
  server = await startTestServer({ site: makeSite({ keys }) })
  out = await mkdtemp(join(tmpdir(), 'unblink-export-'))
  await writeFile(join(out, 'site.json'), JSON.stringify({ ...siteInput, keys }))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await server.stop()
  await rm(out, { recursive: true })
})

const send = async (visitor: string, events: readonly AnyEvent[]) => {
  const { reply } = await sendBatch(server, events, {}, { cookie: `ub_v=${visitor}` })
  expect(reply.ok).toBe(events.length)
}
const many = (count: number) => Array.from({ length: count }, (_, n) => makeEvent({ n }))
const ask = (path: string, headers: Record<string, string> = {}, secret = SECRETS.export) =>
  fetch(`${server.url}/v1/export/${path}`, { headers: { authorization: `Bearer ${secret}`, ...headers } })
const readLines = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row)
const readParquet = (bytes: ArrayBuffer) => parquetReadObjects({ file: bytes })
const toBuffer = (bytes: Buffer) =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer

/** `unblink export` in this process; what it says goes nowhere. */
async function run(...args: string[]) {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  return runExport([...args, '--config', join(out, 'site.json'), '--data', server.dataDir])
}
async function readOut(folder: string) {
  const names = (await readdir(join(out, folder), { recursive: true })).filter((name) => /part-/.test(name)).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(out, folder, name))))
  return { names, ids: texts.flatMap((bytes) => readLines(bytes.toString()).map(({ id }) => id)) }
}

test('events come typed, the same in NDJSON and in Parquet', async () => {
  const shown = makeEvent({ t: 'exposure', p: exposure, n: 1 })
  const won = makeEvent({ t: 'conversion', p: { goal: 'apply', value: 99.5, currency: 'EUR' }, n: 2 })
  await send(ANN, [makeEvent({ lo: '/mortgage/rates?utm_source=mail' }), shown, won])
  await sendBatch(server, [makeEvent()], { consent: { personalization: 'denied', analytics: 'granted' } })
  const response = await ask('events?format=ndjson')
  expect([response.status, response.headers.get('unblink-cursor')]).toEqual([200, '4'])
  const rows = readLines(await response.text())
  expect(rows).toMatchObject([
    { position: 1, type: 'engagement', visitor: ANN, url: '/mortgage/rates?utm_source=mail', bot: false, slot: null },
    {
      ...{ id: shown.i, slot: 'home.hero', experience: 'hero', variant: 'rates', outcome: 'variant', hidden_ms: 12.5 },
      payload: { profileMs: 40 },
    },
    { id: won.i, goal: 'apply', value: 99.5, currency: 'EUR', session: rows[0]!['session'] },
    { visitor: null, session: null },
  ])
  expect(Object.keys(rows[0]!)).toEqual(COLUMNS.events.map(({ name }) => name))
  const parquet = await readParquet(await (await ask('events?format=parquet')).arrayBuffer())
  const asJson = parquet.map((row) => ({ ...row, position: Number(row['position']) }))
  expect(JSON.parse(JSON.stringify(asJson))).toEqual(rows)
  const exposures = await readParquet(await (await ask('exposures?format=parquet')).arrayBuffer())
  expect(exposures).toMatchObject([
    { id: shown.i, reason: 'split', propensity: 0.25, context: 'mortgage', profile_ms: 40 },
  ])
  const [profile] = await readParquet(await (await ask('profiles?format=parquet')).arrayBuffer())
  expect(profile).toMatchObject({ visitor: ANN, kind: 'visitor', visits: 1n, conversions: { apply: { count: 1 } } })
  expect(profile?.['holdings']).toEqual(['mortgage'])
})

test('an export goes on after a cursor, keeps to its types and its time, and needs a key that may', async () => {
  await send(ANN, [...many(400), makeEvent({ t: 'conversion', p: { goal: 'apply' } })])
  const first = await ask('events', { 'accept-encoding': 'gzip' })
  expect(first.headers.get('content-encoding')).toBe('gzip')
  expect(readLines(await first.text())).toHaveLength(401)
  const [late] = many(1)
  await send(BOB, [late!])
  const next = readLines(await (await ask(`events?after=${first.headers.get('unblink-cursor')}`)).text())
  expect(next.map(({ id }) => id)).toEqual([late!.i])
  expect(readLines(await (await ask('events?types=conversion')).text())).toHaveLength(1)
  expect(await (await ask('events?from=2100-01-01')).text()).toBe('')
  const ended = await ask('events?to=2020-01-01')
  expect([await ended.text(), ended.headers.get('unblink-cursor')]).toEqual(['', null])
  expect(
    await Promise.all(
      [ask('events', {}, 'wrong'), ask('events', {}, SECRETS.watch)].map(async (a) => (await a).status),
    ),
  ).toEqual([401, 403])
  for (const wrong of [
    'visitors',
    'events?format=csv',
    'events?after=-1',
    'events?from=yesterday',
    'events?types=click',
  ])
    expect([wrong, (await ask(wrong)).status]).toEqual([wrong, 400])
  expect(
    (await fetch(`${server.url}/metrics`).then((reply) => reply.text())).match(/unblink_exports_open (\d)/)?.[1],
  ).toBe('0')
})

test('who was erased is in no export, and pseudonyms are the same everywhere and lead to nobody', async () => {
  await send(ANN, many(2))
  await send(BOB, many(2))
  await callWithKey(server, 'DELETE', `/v1/visitors/${BOB}`)
  const [events, profiles] = await Promise.all(
    ['events?pseudonymise=1', 'profiles?pseudonymise=1'].map(async (path) => await (await ask(path)).text()),
  )
  expect(`${events}${profiles}`).not.toMatch(new RegExp(`${ANN}|${BOB}`))
  const names = new Set([...readLines(events!), ...readLines(profiles!)].map(({ visitor }) => visitor))
  expect([...names]).toEqual([expect.stringMatching(/^[\w-]{22}$/)])
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  runAudit(['--data', server.dataDir, '--action', 'bulk_export', '--subject', 'profiles'])
  expect(printed.mock.calls.map(([line]) => String(line).split(' ').slice(1, 4))).toEqual([
    ['bank', 'key:warehouse', 'bulk_export'],
  ])
})

test('a nightly job with --since-file exports each event once, also when it is killed between any two steps', async () => {
  const state = join(out, 'state.json')
  const args = ['events', '--out', join(out, 'lake'), '--since-file', state]
  const first = many(3)
  await send(ANN, first)
  await run(...args)
  const second = many(2)
  await send(BOB, second)
  const before = await readFile(state, 'utf8')
  await run(...args)
  await run(...args)
  const all = [...first, ...second].map(({ i }) => i)
  const lake = await readOut('lake')
  expect(lake.ids).toEqual(all)
  const day = new Date().toISOString().slice(0, 10)
  expect(lake.names.every((name) => /^events\/date=\d{4}-\d\d-\d\d\/part-\d{12}\.ndjson$/.test(name))).toBe(true)
  expect(lake.names.at(-1)).toBe(`events/date=${day}/part-000000000004.ndjson`)

  // Killed before the file was noted: it is written again, under the same name.
  await writeFile(state, before)
  await run(...args)
  expect((await readOut('lake')).ids).toEqual(all)

  // Killed when it was noted and not yet named.
  const path = join(out, 'lake', lake.names.at(-1)!)
  const hiddenPath = getHiddenPath(path)
  await rename(path, hiddenPath)
  const noted = JSON.parse(await readFile(state, 'utf8')) as object
  await writeFile(state, JSON.stringify({ ...noted, pending: { path, hiddenPath } }))
  await run(...args)
  expect((await readOut('lake')).ids).toEqual(all)
  expect(existsSync(hiddenPath)).toBe(false)
})

/** Another process that has the lock of a state file. */
async function lockElsewhere(file: string) {
  const code = `const D = require('libsql'); const d = new D(process.argv[1]); d.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => d, 1e6)`
  const child = spawn(process.execPath, ['-e', code, `${file}.lock`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
  const ended = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), ended])
  return async () => {
    child.kill('SIGKILL')
    await ended
  }
}

test('while one export runs, another with its state file is told so and writes nothing; when that was killed, it goes on', async () => {
  await send(ANN, many(2))
  const state = join(out, 'state.json')
  const args = ['events', '--out', join(out, 'lake'), '--since-file', state]
  const kill = await lockElsewhere(state)
  await expect(run(...args)).rejects.toThrow(/Another export runs with .*state\.json/)
  expect(await readdir(out)).toEqual(['site.json', 'state.json.lock'])
  await kill()
  await run(...args)
  expect((await readOut('lake')).ids).toHaveLength(2)
  const nowhere = ['events', '--out', out, '--since-file', join(out, 'no', 'folder')]
  await expect(run(...nowhere)).rejects.toThrow(/folder\.lock cannot be made: .*let this user write there/)
})

test('files have as many rows as they may, are whole when they are seen, and say what is in them', async () => {
  await send(ANN, many(250))
  const database = openDatabase(server.dataDir)
  const pages = createPages({ database, site: 'bank', dataset: 'events', last: getLastPosition(database) }, 64)
  const commits: (readonly [string, number])[] = []
  const written = await writeParts({
    ...{ folder: out, dataset: 'events', format: 'parquet', isCompressed: false, pages, now: Date.now() },
    ...{ maxRows: 100, groupRows: 30 },
    commit: async ({ path, hiddenPath }, cursor) => {
      expect([existsSync(path), dirname(path)]).toEqual([false, dirname(hiddenPath)])
      commits.push([path, cursor])
      await rename(hiddenPath, path)
    },
  })
  database.close()
  expect([written.files, written.rows, commits.map(([, cursor]) => cursor)]).toEqual([3, 250, [100, 200, 250]])
  const files = await Promise.all(commits.map(async ([path]) => toBuffer(await readFile(path))))
  expect(parquetMetadata(files[0]!).row_groups.map(({ num_rows: rows }) => Number(rows))).toEqual([30, 30, 30, 10])
  const rows = (await Promise.all(files.map(readParquet))).flat()
  expect(rows.map(({ position }) => Number(position))).toEqual(Array.from({ length: 250 }, (_, n) => n + 1))
})

test('the command compresses, and says what it cannot do', async () => {
  await send(ANN, many(2))
  await run('events', '--out', join(out, 'zipped'), '--gzip')
  const [name] = (await readdir(join(out, 'zipped'), { recursive: true })).filter((one) => one.endsWith('.ndjson.gz'))
  expect(readLines(gunzipSync(await readFile(join(out, 'zipped', name!))).toString())).toHaveLength(2)
  await expect(run()).rejects.toThrow('Say what to export: events, exposures, profiles.')
  await expect(run('event')).rejects.toThrow('expected one of events, exposures, profiles, got "event"')
  await expect(run('events', '--since-file', 'state')).rejects.toThrow('--since-file needs --out DIR')
  await expect(run('events', '--nats', 'nats://127.0.0.1:4222')).rejects.toThrow('not both')
  await writeFile(join(out, 'state'), '{"v":1,"cursor":0,"site":"shop","dataset":"events"}')
  await expect(run('events', '--out', out, '--since-file', join(out, 'state'))).rejects.toThrow('of the site "shop"')
  await writeFile(join(out, 'state'), '{"v":1,"cursor":99,"site":"bank","dataset":"events"}')
  await expect(run('events', '--out', out, '--since-file', join(out, 'state'))).rejects.toThrow('the database knows 2')
})
