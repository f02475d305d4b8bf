import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterAll, expect, test } from 'vitest'
import { findNats, startNats, type NatsServers } from '../../test/startNats.mjs'
import {
  askProfile,
  COOKIE,
  makeEvent,
  makeSite,
  sendBatch,
  startTestServer,
  VISITOR,
} from '../../test/startTestServer.ts'
import { createServer } from '../createServer.ts'
import { createBucket } from './createBucket.ts'
import { createFolder } from './createFolder.ts'
import { parseState } from './foldedState.ts'
import { getNames } from './getNames.ts'
import { getPartition } from './getPartition.ts'
import type { ScaleOptions } from './openScale.ts'
import { replayLog } from './replayLog.ts'

const PARTITIONS = 2
const nats: NatsServers | undefined = findNats() ? await startNats() : undefined
const onNats = test.skipIf(!nats)
afterAll(() => nats?.stop())

let count = 0
const makeNamespace = () => `open${count++}`
const start = (namespace: string, over: ScaleOptions | object = {}) =>
  startTestServer({
    scale: { servers: [nats!.url], replicas: 1, partitions: PARTITIONS, namespace, waitMs: 2_000, ...over },
  })

/** What is in NATS, beside the servers. */
async function look(namespace: string, fold = 1) {
  const connection = await connect({ servers: nats!.url })
  const manager = await jetstreamManager(connection)
  const names = getNames({ namespace, site: 'bank', fold })
  const profiles = createBucket({ manager, client: jetstream(connection), name: names.profiles })
  return { connection, manager, names, profiles, site: makeSite(), partitions: PARTITIONS, log: () => {} }
}

const makeVisitor = (n: number) => `11111111-1111-4111-8111-${String(n).padStart(12, '0')}`
const conversion = () => makeEvent({ t: 'conversion', p: { goal: 'apply' } })

onNats(
  'each role does its part: a collector takes, a worker folds, an API server on another connection answers',
  async () => {
    const namespace = makeNamespace()
    const [collector, worker, api] = await Promise.all(
      ['collector', 'worker', 'api'].map((role) => start(namespace, { role })),
    )
    await sendBatch(collector!, [makeEvent()], {}, COOKIE)
    const ask = async () => (await askProfile(api!, {}, COOKIE)).reply.generation
    await expect.poll(ask, { timeout: 10_000 }).toBe(1)
    expect((await fetch(`${worker!.url}/v1/p`, { method: 'POST' })).status).toBe(404)
    await Promise.all([collector, worker, api].map((server) => server!.stop()))
  },
)

onNats('D13 profiles that are folded anew from the stream equal those in use, byte for byte', async () => {
  const namespace = makeNamespace()
  const server = await start(namespace)
  for (let n = 0; n < 40; n++) {
    const events = [
      makeEvent(),
      conversion(),
      makeEvent({ t: 'page_view', p: { kind: 'load', title: '', source: {} } }),
    ]
    await sendBatch(server, events, {}, { cookie: `ub_v=${makeVisitor(n % 7)}` })
  }
  const seen = await look(namespace)
  const replay = () => replayLog(seen)
  await expect.poll(async () => (await replay()).equal, { timeout: 10_000, interval: 200 }).toBe(7)
  expect(await replay()).toMatchObject({ messages: 120, visitors: 7, different: [], ahead: 0, behind: 0 })

  // A profile that somebody has changed by hand is found.
  const changed = (await seen.profiles.get(makeVisitor(3)))!
  await seen.profiles.replace(
    makeVisitor(3),
    changed.text.replace('"v":1,"visitor"', '"v":1, "visitor"'),
    changed.revision,
  )
  expect(await replay()).toMatchObject({ equal: 6, different: [makeVisitor(3)] })
  await seen.connection.close()
  await server.stop()
})

onNats('another fold generation builds its profiles from the same stream, beside those in use', async () => {
  const namespace = makeNamespace()
  const first = await start(namespace)
  await sendBatch(first, [makeEvent(), makeEvent()], {}, COOKIE)
  const second = await start(namespace, { fold: 2 })
  const ask = async () => (await askProfile(second, {}, COOKIE)).reply.generation
  await expect.poll(ask, { timeout: 10_000 }).toBe(2)
  await Promise.all([first.stop(), second.stop()])
})

onNats('workers that fold the same partition at once give each event one effect', async () => {
  const namespace = makeNamespace()
  const server = await start(namespace, { role: 'collector' })
  const seen = await look(namespace)
  const partition = getPartition(VISITOR, PARTITIONS)
  let conflicts = 0
  const folders = Array.from({ length: 3 }, () =>
    createFolder({ ...seen, partition, from: 0, getSite: () => seen.site, onConflict: () => conflicts++ }),
  )
  for (let n = 0; n < 60; n++) await sendBatch(server, [conversion(), makeEvent()], {}, COOKIE)
  const readState = async () => {
    const value = await seen.profiles.get(VISITOR)
    return value && parseState(value.text)
  }
  await expect.poll(async () => (await readState())?.profile?.generation, { timeout: 15_000 }).toBe(120)
  await Promise.all(folders.map((folder) => folder.stop()))
  expect((await readState())?.profile?.conversions['apply']?.count).toBe(60)
  expect(conflicts).toBeGreaterThan(0)
  await seen.connection.close()
  await server.stop()
})

onNats('a stream on fewer servers than asked for, or with other partitions, is refused with what to do', async () => {
  const namespace = makeNamespace()
  await expect(start(makeNamespace(), { replicas: 3 })).rejects.toThrow(/single server.*--replicas 1/)
  const server = await start(namespace)
  await expect(start(namespace, { replicas: 3 })).rejects.toThrow(/is on 1 server, and 3 were asked for/)
  await expect(start(namespace, { partitions: 5 })).rejects.toThrow('Give --partitions 2 on every server')
  await server.stop()
})

test('a cluster that cannot be reached is said to be so, with what to do', async () => {
  const scale = { servers: ['nats://127.0.0.1:1'], waitMs: 50 }
  await expect(createServer({ site: makeSite(), scale })).rejects.toThrow(
    /NATS cannot be reached at 127.0.0.1:1: .*correct --nats/,
  )
  await expect(createServer({ site: makeSite(), scale: { servers: ['http://x'] } })).rejects.toThrow('is no address')
})
