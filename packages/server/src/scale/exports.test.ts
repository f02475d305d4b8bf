import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import { connect } from '@nats-io/transport-node'
import type { AnyEvent } from '@unblink/protocol'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, expect, test, vi } from 'vitest'
import { callWithKey } from '../../test/openIdentity.ts'
import { findNats, startNats } from '../../test/startNats.mjs'
import {
  makeEvent,
  makeSite,
  sendBatch,
  SERVER_KEY,
  siteInput,
  startTestServer,
  type TestServer,
} from '../../test/startTestServer.ts'
import { runExport } from '../commands/runExport.ts'
import type { Row } from '../export/columns.ts'
import { createProfile } from '../profile/createProfile.ts'
import { createBucket } from './createBucket.ts'
import { createIdSet } from './createIdSet.ts'
import { createRecentIds } from './createRecentIds.ts'
import { findNext } from './findNext.ts'
import { EMPTY, formatState } from './foldedState.ts'
import { getBucketStream, getNames } from './getNames.ts'
import { parseLogMessage } from './logMessage.ts'
import { openReader } from './openReader.ts'
import { readMessages } from './readMessages.ts'
import { readProfilePages } from './readProfilePages.ts'
import { findSequence, readStream } from './readStream.ts'
import { removeMessages } from './removeMessages.ts'
import { runAudit } from './runAudit.ts'

const nats = findNats() ? await startNats() : undefined
const onNats = test.skipIf(!nats)
afterAll(() => nats?.stop())

const [ANN, BOB, CAROL] = ['1', '2', '3'].map((sign) => '11111111-1111-4111-8111-11111111111'.concat(sign))
const MINUTE = 60_000
const DENIED = { consent: { personalization: 'denied', analytics: 'granted' } }
const exposure = {
  ...{ slot: 'home.hero', experience: 'hero', variant: 'rates', outcome: 'variant', reason: 'split' },
  ...{ hiddenMs: 12.5, profileMs: 40, chance: [0.25, 'mortgage'] },
}

const readLines = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row)
const ask = ({ url }: TestServer, path: string) =>
  fetch(`${url}/v1/export/${path}`, { headers: { authorization: `Bearer ${SERVER_KEY}` } })
const readRows = async (server: TestServer, path: string) => readLines(await (await ask(server, path)).text())

/** What servers make up themselves is another on each. */
const toSame = ({ position: _, ...row }: Row): string =>
  JSON.stringify(row['type'] === 'attributes' ? { ...row, id: '', view: '' } : row)
const toSameProfile = ({ generation, ...row }: Row): string =>
  // A user's is raised by each merge on one server, and made of parts on a cluster.
  JSON.stringify(row['kind'] === 'user' ? row : { generation, ...row })

onNats('the same events give the same rows on one server and on a cluster, each event and profile once', async () => {
  let at = Date.now() - 50 * MINUTE
  const options = { now: () => at, isBot: (agent: string) => agent === 'a-bot' }
  const scale = { servers: [nats!.url], replicas: 1, partitions: 2 }
  const servers = await Promise.all([startTestServer(options), startTestServer({ ...options, scale })])
  const [single, cluster] = servers
  const each = async (work: (server: TestServer) => Promise<unknown>) => void (await Promise.all(servers.map(work)))
  const send = (visitor: string, events: readonly AnyEvent[], over = {}, headers = {}) =>
    each((server) => sendBatch(server, events, { sentAt: at, ...over }, { cookie: `ub_v=${visitor}`, ...headers }))
  const make = (over: Parameters<typeof makeEvent>[0] = {}) => makeEvent({ at, ...over })
  const won = make({ t: 'conversion', p: { goal: 'apply', value: 99.5, currency: 'EUR' }, n: 2 })
  const nobodys = make()

  await send(ANN!, [make({ lo: '/mortgage/rates?utm_source=mail' }), make({ t: 'exposure', p: exposure, n: 1 }), won])
  await send(BOB!, [make(), make()])
  await send('', [nobodys], DENIED)
  await send(CAROL!, [make()], {}, { 'user-agent': 'a-bot' })
  await send(CAROL!, [make()])
  await each((server) => server.unblink.setAttributes(ANN!, { tier: 'gold' }))
  await each((server) => callWithKey(server, 'PUT', `/v1/visitors/${CAROL}/user`, { body: { user: 'u.17/*' } }))
  at += 31 * MINUTE
  const late = at
  await send(ANN!, [make(), make({ t: 'conversion', p: { goal: 'apply' } })])
  await send(CAROL!, [make()])
  await each((server) => callWithKey(server, 'DELETE', `/v1/visitors/${BOB}`))

  // As when a page sends again what the stream has forgotten that it had.
  const connection = await connect({ servers: nats!.url })
  const manager = await jetstreamManager(connection)
  const names = getNames({ namespace: 'unblink', site: 'bank', fold: 1 })
  for await (const message of readMessages({ manager, stream: names.events })) {
    const read = parseLogMessage(message.string())
    const isAgain = read.type === 'event' && [won.i, nobodys.i].includes(read.stored.event.i)
    if (isAgain) await jetstream(connection).publish(message.subject, message.string())
  }
  await connection.close()

  for (const path of [
    'events',
    'exposures',
    'events?types=conversion',
    `events?from=${new Date(late).toISOString()}`,
  ]) {
    const [own, theirs] = await Promise.all(servers.map((server) => readRows(server, path)))
    expect(theirs!.length).toBeGreaterThan(0)
    expect(theirs!.map(toSame).sort(), path).toEqual(own!.map(toSame).sort())
  }
  const before = `events?to=${new Date(late).toISOString()}`
  expect(
    (await readRows(cluster, before)).length +
      (await readRows(single, `events?from=${new Date(late).toISOString()}`)).length,
  ).toBe((await readRows(single, 'events')).length)
  const readProfiles = async (server: TestServer) => (await readRows(server, 'profiles')).map(toSameProfile).sort()
  const profiles = await readProfiles(single)
  expect(profiles).toHaveLength(2)
  await expect.poll(() => readProfiles(cluster), { timeout: 10_000 }).toEqual(profiles)

  const asParquet = await parquetReadObjects({
    file: await (await ask(cluster, 'events?format=parquet')).arrayBuffer(),
  })
  const asRows = JSON.parse(
    JSON.stringify(asParquet.map((row) => ({ ...row, position: Number(row['position']) }))),
  ) as Row[]
  const response = await ask(cluster, 'events')
  const rows = readLines(await response.text())
  expect(asRows).toEqual(rows)

  // Wherever reading begins, sessions and repeats are the same.
  for (const after of [1, 5, Number(rows.at(-2)!['position'])]) {
    const left = rows.filter(({ position }) => Number(position) > after)
    expect(await readRows(cluster, `events?after=${after}`)).toEqual(left)
  }
  expect(await readRows(cluster, `events?after=${response.headers.get('unblink-cursor')}`)).toEqual([])

  const hidden = JSON.stringify([
    await readRows(cluster, 'events?pseudonymise=1'),
    await readRows(cluster, 'profiles?pseudonymise=1'),
  ])
  expect(hidden).not.toMatch(new RegExp(`${ANN}|${BOB}|${CAROL}|u\\.17`))
  await each((server) => server.stop())
})

onNats('the command exports each event of a cluster once, and leaves the database’s own cursors alone', async () => {
  const site = { ...siteInput, id: 'shop' }
  const scale = { servers: [nats!.url], replicas: 1, partitions: 2 }
  const server = await startTestServer({ site: makeSite({ id: 'shop' }), scale })
  const out = await mkdtemp(join(tmpdir(), 'unblink-export-'))
  const config = join(out, 'site.json')
  await writeFile(config, JSON.stringify(site))
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const run = (...args: string[]) => runExport([...args, '--config', config, '--nats', nats!.url])
  const state = join(out, 'state.json')
  const nightly = ['events', '--out', join(out, 'lake'), '--since-file', state]
  const events = Array.from({ length: 700 }, (_, n) => makeEvent({ n }))
  await sendBatch(server, events.slice(0, 400), {}, { cookie: `ub_v=${ANN}` })
  await run(...nightly)
  await sendBatch(server, events.slice(400), {}, { cookie: `ub_v=${BOB}` })
  await run(...nightly)
  await run(...nightly)
  const files = (await readdir(join(out, 'lake'), { recursive: true })).filter((name) => /part-/.test(name)).sort()
  const texts = await Promise.all(files.map((name) => readFile(join(out, 'lake', name), 'utf8')))
  expect(texts.flatMap((text) => readLines(text).map(({ id }) => id))).toEqual(events.map(({ i }) => i))
  expect(said.mock.calls.flat().join('')).toMatch(/cursor: 700\n/)

  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await runAudit(['--nats', nats!.url, '--site', 'shop', '--action', 'bulk_export', '--subject', 'events'])
  expect(printed.mock.calls.map(([line]) => String(line).split(' ')[2])).toEqual(
    Array(3).fill(expect.stringMatching(/^command:/)),
  )
  await writeFile(state, '{"v":1,"cursor":2,"site":"shop","dataset":"events"}')
  await expect(run(...nightly)).rejects.toThrow('is the state of an export from a database')
  await expect(run('events', '--data', out)).rejects.toThrow('give --data DIR or --nats URLS')
  await writeFile(config, JSON.stringify({ ...site, id: 'nowhere' }))
  await expect(run('events')).rejects.toThrow('no events of the site "nowhere" on this cluster')
  vi.restoreAllMocks()
  await rm(out, { recursive: true })
  await server.stop()
})

onNats('a stretch of a stream is read whole while messages are removed and others come', async () => {
  const connection = await connect({ servers: nats!.url })
  const manager = await jetstreamManager(connection)
  const client = jetstream(connection)
  await manager.streams.add({ name: 'stretch', subjects: ['stretch.*'] })
  const publish = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => client.publish(`stretch.${n % 10}`, String(n))))
  await publish(100)
  const middle = await findSequence(manager, 'stretch', Date.now() + MINUTE)
  expect(middle).toBe(101)
  const seqs: number[] = []
  for await (const messages of readStream({
    manager,
    stream: 'stretch',
    subject: 'stretch.*',
    from: 11,
    last: 150,
    size: 20,
  })) {
    seqs.push(...messages.map(({ seq }) => seq))
    if (seqs.length !== 20) continue
    // Also what was the last: reading must end all the same.
    await manager.streams.purge('stretch', { filter: 'stretch.9' })
    await publish(40)
  }
  const isThere = (seq: number) => seq <= 30 || seq > 100 || seq % 10 !== 0
  expect(seqs).toEqual(Array.from({ length: 130 }, (_, n) => n + 11).filter(isThere))
  await connection.close()
})

onNats('reading a bucket ends, though every value that is read is written again', async () => {
  const connection = await connect({ servers: nats!.url })
  const manager = await jetstreamManager(connection)
  const bucket = await new Kvm(connection).create('restless')
  const keys = ['a', 'b', 'c']
  for (const key of keys) await bucket.put(key, '0')
  const read = new Set<string>()
  for await (const { subject } of readMessages({ manager, stream: getBucketStream('restless') })) {
    const key = subject.split('.').at(-1)!
    read.add(key)
    await bucket.put(key, 'again')
  }
  expect([...read].sort()).toEqual(keys)
  await connection.close()
})

onNats('a profile that is written while profiles are exported is in the export once', async () => {
  const connection = await connect({ servers: nats!.url })
  const manager = await jetstreamManager(connection)
  const names = getNames({ namespace: 'moving', site: 'bank', fold: 1 })
  for (const bucket of [names.profiles, names.users]) await new Kvm(connection).create(bucket)
  const bucket = createBucket({ manager, client: jetstream(connection), name: names.profiles })
  const visitors = Array.from({ length: 30 }, (_, n) => `11111111-1111-4111-8111-${String(n).padStart(12, '0')}`)
  const write = async (visitor: string) => {
    const { revision = 0 } = (await bucket.getLatest(visitor)) ?? {}
    await bucket.replace(visitor, formatState({ ...EMPTY, seq: 1, profile: createProfile(visitor) }), revision)
  }
  for (const visitor of visitors) await write(visitor)
  const range = { manager, names, site: makeSite(), salt: 'salt', dataset: 'profiles' as const, last: 0 }
  const rows: Row[] = []
  for await (const page of readProfilePages(range, 10)) {
    rows.push(...page.rows)
    if (rows.length !== 10) continue
    // One that has been read, and one that has not.
    await write(visitors[2]!)
    await write(visitors[25]!)
  }
  expect(rows.map(({ visitor }) => visitor).sort()).toEqual(visitors)
  await connection.close()
})

onNats('messages that are removed one by one leave those who read where they are', async () => {
  const connection = await connect({ servers: nats!.url })
  const manager = await jetstreamManager(connection)
  const client = jetstream(connection)
  await manager.streams.add({ name: 'removed', subjects: ['removed.*'] })
  for (let n = 0; n < 100; n++) await client.publish(`removed.${n % 2}`, String(n))
  const range = { manager, stream: 'removed' }
  const reader = await openReader({ ...range, subject: 'removed.*', from: 1 })
  await reader.read(10)
  await removeMessages({ ...range, subject: 'removed.1', before: 80 })
  const seqs = (await reader.read(40)).map(({ seq }) => seq)
  expect(seqs).toEqual(
    Array.from({ length: 90 }, (_, n) => n + 11)
      .filter((seq) => seq % 2 === 1 || seq >= 80)
      .slice(0, 40),
  )
  expect((await findNext(manager, 'removed', 'removed.1', 1))?.seq).toBe(80)
  await removeMessages({ ...range, subject: 'removed.1', before: 80 })
  await reader.close()
  await connection.close()
})

test('ids are known again, many of them or the last of them', () => {
  const set = createIdSet()
  const ids = Array.from({ length: 5_000 }, (_, n) => `visitor-${n}`)
  expect(ids.filter((id) => set.add(id))).toHaveLength(5_000)
  expect(ids.filter((id) => set.add(id))).toHaveLength(0)
  const recent = createRecentIds(100)
  expect(ids.filter((id) => recent.add(id))).toHaveLength(5_000)
  expect(ids.slice(-100).filter((id) => recent.add(id))).toHaveLength(0)
  expect(recent.add(ids[0]!)).toBe(true)
})
