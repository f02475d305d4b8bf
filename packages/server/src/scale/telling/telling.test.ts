import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterAll, afterEach, expect, test } from 'vitest'
import { callWithKey } from '../../../test/openIdentity.ts'
import { SECRET, T0, until } from '../../../test/openWebhooks.ts'
import { getUrl, startCli } from '../../../test/startCli.ts'
import { findNats, startNats, type NatsServers } from '../../../test/startNats.mjs'
import { startReceiver, type Received, type Receiver } from '../../../test/startReceiver.ts'
import { makeEvent, makeSite, sendBatch, siteInput, startTestServer, VISITOR } from '../../../test/startTestServer.ts'
import { createRegistry } from '../../metrics/createRegistry.ts'
import { publish } from '../../site/publish.ts'
import type { Site } from '../../site/site.ts'
import type { SiteInput } from '../../site/siteInput.ts'
import { createBucket, type Bucket } from '../createBucket.ts'
import { createFolder } from '../createFolder.ts'
import { readSalt } from '../createScaleAudit.ts'
import { getBucketStream, getNames } from '../getNames.ts'
import type { ScaleOptions } from '../openScale.ts'
import { readMessages } from '../readMessages.ts'
import { openTelling } from './openTelling.ts'
import { parseTold, type ToldState } from './toldState.ts'

const PARTITIONS = 2
const OTHER = 'b6e5c3de-6f0e-4c7b-9a53-0c3d3f0a8b12'
const nats: NatsServers | undefined = findNats() ? await startNats() : undefined
const onNats = test.skipIf(!nats)

let stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
})

let count = 0
const makeNamespace = () => `telling${count++}`
const toVisitor = (n: number) => `11111111-2222-4333-8444-${String(n).padStart(12, '0')}`

async function receive(answer?: Parameters<typeof startReceiver>[0]['answer']): Promise<Receiver> {
  const receiver = await startReceiver({ secrets: [SECRET], ...(answer ? { answer } : {}) })
  stops.push(receiver.stop)
  return receiver
}

const golden = ({ url }: Receiver) => ({ url, secret: SECRET, on: { audience: 'gold' as const, exit: true } })
const makeHookSite = (receiver: Receiver, over: Partial<SiteInput> = {}) =>
  makeSite({ webhooks: { golden: golden(receiver) }, privateHosts: ['127.0.0.1'], ...over })

async function start(namespace: string, site: Site, over: Partial<ScaleOptions> = {}, now = Date.now) {
  const scale = { servers: [nats!.url], replicas: 1, partitions: PARTITIONS, namespace, ...over }
  const server = await startTestServer({ site, scale, now })
  stops.push(server.stop)
  return server
}

/** What is in NATS, and a worker's parts without their agreement on who does what. */
async function look(namespace: string, site: Site, now = Date.now) {
  const connection = await connect({ servers: nats!.url })
  stops.push(() => connection.close())
  const manager = await jetstreamManager(connection)
  const client = jetstream(connection)
  const names = getNames({ namespace, site: site.id, fold: 1 })
  const open = (name: string) => createBucket({ manager, client, name })
  const [profiles, control] = [open(names.profiles), open(names.control)]
  const salt = await readSalt(control)
  const publication = publish(site)
  const base = { manager, names, partitions: PARTITIONS, log: () => {} }

  const openParts = () => {
    const getPublication = () => publication
    return openTelling({ ...base, client, control, salt, getPublication, now })
  }
  return {
    profiles,
    async readTold(): Promise<readonly ToldState[]> {
      const told = new Map<string, ToldState>()
      for await (const message of readMessages({ manager, stream: getBucketStream(names.told) }))
        told.set(message.subject, parseTold(message.string()))
      return [...told.values()]
    },
    /** Folds both partitions from the start on. */
    fold(into: Bucket = profiles) {
      const { teller } = openParts()
      const folders = Array.from({ length: PARTITIONS }, (_, partition) =>
        createFolder({
          ...{ ...base, profiles: into, telling: { teller, from: 0 }, partition, from: 0, getSite: () => site },
        }),
      )
      return async () => void (await Promise.all(folders.map((folder) => folder.stop())))
    },
    /** Sends for both partitions. */
    send() {
      const sending = openParts().start(createRegistry())
      for (let partition = 0; partition < PARTITIONS; partition++) sending.take(partition)
      return () => sending.stop()
    },
  }
}

/** The ids under which something was told, by visitor and what it was. */
function getIds(received: readonly Received[]): ReadonlyMap<string, ReadonlySet<string>> {
  const ids = new Map<string, Set<string>>()
  for (const { id, body } of received) {
    const what = `${String(body.data['visitor'])} ${body.type}`
    ids.set(what, (ids.get(what) ?? new Set()).add(id))
  }
  return ids
}

/** A worker in a process of its own, which takes its time to start: the other tests run meanwhile. */
async function startVictim() {
  const receiver = await startReceiver({
    secrets: [SECRET],
    // So slow that there is always something on its way.
    answer: (response) => void setTimeout(() => response.writeHead(204).end(), 40),
  })
  const folder = await mkdtemp(join(tmpdir(), 'unblink-telling-'))
  const config = join(folder, 'site.json')
  const over = { id: 'killed', webhooks: { golden: golden(receiver) }, privateHosts: ['127.0.0.1'] }
  await writeFile(config, JSON.stringify({ ...siteInput, ...over }))
  const running = startCli([
    ...['serve', '--config', config, '--port', '0', '--nats', nats!.url],
    ...['--role', 'worker', '--replicas', '1', '--partitions', String(PARTITIONS)],
  ])
  const stop = async () => {
    running.child.kill('SIGKILL')
    await running.ended
    await receiver.stop()
    await rm(folder, { recursive: true })
  }
  return { receiver, running, site: makeHookSite(receiver, { id: 'killed' }), stop }
}
const victim = nats && startVictim()
afterAll(async () => {
  await (await victim)?.stop()
  await nats?.stop()
})

onNats(
  'what is to be told is written before the profile: a worker that ends between the two leaves it to the next',
  async () => {
    const receiver = await receive()
    const site = makeHookSite(receiver)
    const namespace = makeNamespace()
    const collector = await start(namespace, site, { role: 'collector' })
    const seen = await look(namespace, site)
    await collector.unblink.setAttributes(VISITOR, { tier: 'gold' })
    const killed = seen.fold({ ...seen.profiles, replace: () => Promise.reject(new Error('killed')) })
    await until(async () => (await seen.readTold()).length === 1)
    const [entered] = (await seen.readTold())[0]!.outbox
    await killed()
    expect(await seen.profiles.get(VISITOR)).toBeUndefined()

    await collector.unblink.setAttributes(VISITOR, { tier: 'silver' })
    stops.push(seen.fold(), seen.send())
    const told = await receiver.has(2)
    expect(told.map(({ id, body }) => [id === entered!.id, body.type])).toEqual([
      [true, 'audience.entered'],
      [false, 'audience.left'],
    ])
  },
)

onNats('workers that fold and send the same partitions at once tell each thing under one id', async () => {
  const receiver = await receive()
  const site = makeHookSite(receiver)
  const namespace = makeNamespace()
  const collector = await start(namespace, site, { role: 'collector' })
  const seen = await look(namespace, site)
  for (let n = 0; n < 3; n++) stops.push(seen.fold(), seen.send())
  const names = Array.from({ length: 25 }, (_, n) => toVisitor(n))
  for (const tier of ['gold', 'silver'])
    await Promise.all(names.map((visitor) => collector.unblink.setAttributes(visitor, { tier })))
  await until(() => getIds(receiver.received).size === 2 * names.length)
  await until(async () => (await seen.readTold()).every(({ outbox }) => outbox.length === 0))
  expect([...getIds(receiver.received).values()].filter(({ size }) => size > 1)).toEqual([])
})

onNats('what waits for a user goes with one of their devices, and with the user nothing names anybody', async () => {
  const receiver = await receive((response) => void response.writeHead(503).end())
  const site = makeHookSite(receiver)
  const namespace = makeNamespace()
  const server = await start(namespace, site)
  const seen = await look(namespace, site)
  for (const visitor of [VISITOR, OTHER])
    await callWithKey(server, 'PUT', `/v1/visitors/${visitor}/user`, { body: { user: 'u-17' } })
  await server.unblink.setAttributes(VISITOR, { tier: 'gold' })
  expect((await receiver.has(1))[0]!.body.data).toMatchObject({ user: 'u-17' })
  const getWaiting = async () => (await seen.readTold()).flatMap(({ outbox }) => outbox).length
  expect(await getWaiting()).toBe(1)
  expect((await callWithKey(server, 'DELETE', `/v1/visitors/${VISITOR}`)).ok).toBe(true)
  expect(await getWaiting()).toBe(0)

  await server.unblink.setAttributes(OTHER, { tier: 'gold' })
  await until(async () => (await getWaiting()) === 1)
  expect((await callWithKey(server, 'DELETE', '/v1/users/u-17')).ok).toBe(true)
  const left = await seen.readTold()
  expect(left.map(({ seqs: _, ...state }) => state)).toEqual(left.map(() => ({ members: {}, waits: {}, outbox: [] })))
  expect(JSON.stringify(left)).not.toContain('u-17')
})

onNats('another generation of profiles tells nothing of the past', async () => {
  const receiver = await receive()
  const namespace = makeNamespace()
  const first = await start(namespace, makeHookSite(receiver))
  await first.unblink.setAttributes(VISITOR, { tier: 'gold' })
  await receiver.has(1)
  const webhooks = { golden: golden(receiver), late: golden(receiver) }
  const second = await start(namespace, makeHookSite(receiver, { webhooks }), { fold: 2 })
  await first.unblink.close()
  await second.unblink.setAttributes(OTHER, { tier: 'gold' })
  const told = await receiver.has(3)
  const said = told.map(({ body }) => `${String(body.data['webhook'])} ${String(body.data['visitor'])}`).sort()
  expect(said).toEqual([`golden ${VISITOR}`, `golden ${OTHER}`, `late ${OTHER}`].sort())
})

onNats('what has come due waits for what is in the stream already, and makes it void', async () => {
  const receiver = await receive()
  const on = { after: { event: 'custom' as const }, unless: { goal: 'apply' as const }, withinHours: 24 }
  const site = makeHookSite(receiver, { webhooks: { reminder: { ...golden(receiver), on } } })
  const namespace = makeNamespace()
  let at = T0
  const collector = await start(namespace, site, { role: 'collector' }, () => at)
  const seen = await look(namespace, site, () => at)
  const send = (visitor: string, event: object) =>
    sendBatch(collector, [makeEvent({ at, ...event })], { sentAt: at }, { cookie: `ub_v=${visitor}` })
  const view = { t: 'custom', p: { name: 'view_item', props: {} } }
  await send(VISITOR, view)
  at += 1_000
  await send(OTHER, view)
  const first = seen.fold()
  await until(async () => (await seen.readTold()).length === 2)
  await first()
  at += 22 * 3_600_000
  await send(VISITOR, { t: 'conversion', p: { goal: 'apply' } })
  // Nobody folds any more when the time of both is over.
  at += 3 * 3_600_000
  stops.push(seen.send())
  expect((await receiver.has(1))[0]!.body.data).toMatchObject({ visitor: OTHER })
  stops.push(seen.fold())
  await until(async () => (await seen.readTold()).every(({ waits }) => waits['reminder']?.since === undefined))
  await until(async () => (await seen.readTold()).every(({ outbox }) => outbox.length === 0))
  expect(receiver.received).toHaveLength(1)
})

onNats(
  'a worker that is killed between folding and sending loses no message, and tells nothing under two ids',
  async () => {
    const { receiver, site, running } = (await victim)!
    const collector = await start('unblink', site, { role: 'collector' })
    const seen = await look('unblink', site)
    await getUrl(running)
    let visitors = 0
    let isLoading = true
    const acknowledged = new Set<string>()
    const load = async () => {
      while (isLoading) {
        const visitor = toVisitor(visitors++)
        await collector.unblink.setAttributes(visitor, { tier: 'gold' })
        acknowledged.add(visitor)
        // The worker is to have time for sending beside its folding.
        if (acknowledged.size > 40) await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    const loading = Array.from({ length: 4 }, load)
    await receiver.has(20)
    const closed = once(running.child, 'close')
    running.child.kill('SIGKILL')
    await closed
    const waiting = (await seen.readTold()).flatMap(({ outbox }) => outbox)
    isLoading = false
    await Promise.all(loading)
    expect(waiting.length).toBeGreaterThan(0) // the kill came before some had been delivered

    stops.push(seen.fold(), seen.send())
    await until(() =>
      [...acknowledged].every((visitor) => getIds(receiver.received).has(`${visitor} audience.entered`)),
    )
    await until(async () => (await seen.readTold()).every(({ outbox }) => outbox.length === 0))
    const ids = getIds(receiver.received)
    expect([...ids.values()].every(({ size }) => size === 1)).toBe(true)
    expect(ids.size).toBe(acknowledged.size)
    expect(receiver.received.every(({ isSigned }) => isSigned[0])).toBe(true)
    for (const { id } of waiting) expect([...ids.values()].some((known) => known.has(id))).toBe(true)
  },
)
