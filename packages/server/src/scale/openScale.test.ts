import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterAll, expect, test, vi } from 'vitest'
import { callWithKey } from '../../test/openIdentity.ts'
import { findNats, startNats, type NatsServers } from '../../test/startNats.mjs'
import {
  askProfile,
  COOKIE,
  makeEvent,
  makeSite,
  sendBatch,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../../test/startTestServer.ts'
import { createServer } from '../createServer.ts'
import { toArmKey } from '../model/addCredits.ts'
import { createBucket } from './createBucket.ts'
import { createTeacher } from './createTeacher.ts'
import { createFolder } from './createFolder.ts'
import { parseState } from './foldedState.ts'
import { getNames } from './getNames.ts'
import { getPartition } from './getPartition.ts'
import type { ScaleOptions } from './openScale.ts'
import { replayLog } from './replayLog.ts'
import { runAudit } from './runAudit.ts'
import { parseArms, sumArms } from './sumArms.ts'

const PARTITIONS = 2
const nats: NatsServers | undefined = findNats() ? await startNats() : undefined
const onNats = test.skipIf(!nats)
afterAll(() => nats?.stop())

let count = 0
const makeNamespace = () => `open${count++}`
const start = (namespace: string, over: ScaleOptions | object = {}, site = makeSite()) =>
  startTestServer({
    site,
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

onNats(
  'two servers that say at once who a visitor is agree, each is in the audit, and a replay finds the same',
  async () => {
    const servers = await Promise.all([start('unblink'), start('unblink')])
    const put = async (n: number) => {
      const path = `/v1/visitors/${VISITOR}/user`
      const response = await callWithKey(servers[n % 2]!, 'PUT', path, { body: { user: `u-${n}` } })
      return ((await response.json()) as { visitor: string }).visitor
    }
    const [found] = await Promise.all([
      Promise.all(Array.from({ length: 6 }, (_, n) => put(n))),
      Promise.all(servers.map((server) => sendBatch(server, [makeEvent(), conversion()], {}, COOKIE))),
    ])
    expect(found.filter((visitor) => visitor === VISITOR)).toHaveLength(3)
    expect(new Set(found).size).toBe(4)
    const seen = await look('unblink')
    await expect.poll(async () => (await replayLog(seen)).equal, { timeout: 10_000, interval: 200 }).toBe(4)

    const out: string[] = []
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
    await runAudit(['--nats', nats!.url, '--site', 'bank', '--subject', 'u-3'])
    await runAudit(['--nats', nats!.url, '--site', 'bank', '--json'])
    write.mockRestore()
    expect(out[0]).toMatch(/^20\S+ bank key:server identify \S{22}\n$/)
    expect(out.slice(1).map((line) => (JSON.parse(line) as { action: string }).action)).toEqual(
      Array(6).fill('identify'),
    )
    await expect(runAudit(['--nats', nats!.url, '--site', 'shop'])).rejects.toThrow('no audit of the site "shop"')
    const { names, manager } = seen
    await expect(manager.streams.purge(names.audit)).rejects.toThrow(/purge/)
    await expect(manager.streams.deleteMessage(names.audit, 1)).rejects.toThrow(/delete/)
    await seen.connection.close()
    await Promise.all(servers.map((server) => server.stop()))
  },
)

onNats(
  'every server believes the same of a bandit’s variants, each visitor counts once, whoever folds how often',
  async () => {
    const namespace = makeNamespace()
    const site = makeSite({
      experiences: [
        {
          ...{
            id: 'offer',
            slot: 'home.hero',
            kind: 'personalization',
            choose: { bandit: { goal: 'apply', floor: 0.1 } },
          },
          variants: [{ id: 'plain' }, { id: 'rates', content: { text: 'Rates' } }],
        },
      ],
    })
    const shown = (variant: string) => {
      const exposed = {
        slot: 'home.hero',
        experience: 'offer',
        variant,
        chance: [0.5, ''],
        reason: 'split',
        hiddenMs: 0,
      }
      return makeEvent({ t: 'exposure', p: { ...exposed, outcome: 'variant' } })
    }
    const collector = await start(namespace, { role: 'collector' }, site)
    const seen = { ...(await look(namespace)), site }
    const control = createBucket({ ...seen, client: jetstream(seen.connection), name: seen.names.control })
    const fold = (isTeaching = true) =>
      Array.from({ length: PARTITIONS }, (_, partition) => {
        const teacher = createTeacher({ control, key: seen.names.getArmsKey(partition), getSite: () => site })
        return createFolder({ ...seen, ...(isTeaching ? { teacher } : {}), partition, from: 0, getSite: () => site })
      })
    // One that ends, as if killed, when the profiles are written and nothing is taught yet.
    const killed = fold(false)
    for (let n = 0; n < 40; n++) {
      const variant = n % 2 ? 'rates' : 'plain'
      const events = [shown(variant), ...(variant === 'rates' || n === 0 ? [conversion()] : [])]
      await sendBatch(collector, events, {}, { cookie: `ub_v=${makeVisitor(n)}` })
    }
    const isFolded = (n: number) => seen.profiles.get(makeVisitor(n)).then(Boolean)
    const count = async () =>
      (await Promise.all(Array.from({ length: 40 }, (_, n) => isFolded(n)))).filter(Boolean).length
    await expect.poll(count, { timeout: 15_000 }).toBe(40)
    await Promise.all(killed.map((folder) => folder.stop()))
    // Two at once for each partition, and one more that comes later and begins again from the start.
    const folders = [...fold(), ...fold()]
    // Who tells of a hundred trials has one: the others are within its time.
    await sendBatch(collector, Array.from({ length: 100 }, () => [shown('plain'), conversion()]).flat(), {}, COOKIE)
    folders.push(...fold())
    const read = async () => {
      const keys = Array.from({ length: PARTITIONS }, (_, partition) => seen.names.getArmsKey(partition))
      const values = await Promise.all(keys.map((key) => control.get(key)))
      const sums = sumArms(
        values.map((value) => parseArms(value?.text)),
        site,
      )
      return ['plain', 'rates'].flatMap((id) => {
        const { n = 0, sum = 0 } = sums.get(toArmKey('offer', '', id)) ?? {}
        return [+n.toFixed(3), +sum.toFixed(3)]
      })
    }
    await expect.poll(read, { timeout: 15_000 }).toEqual([21, 2, 20, 20])
    await Promise.all(folders.map((folder) => folder.stop()))
    expect(await read()).toEqual([21, 2, 20, 20])

    const apis = await Promise.all([start(namespace, { role: 'api' }, site), start(namespace, { role: 'api' }, site)])
    const ask = async (server: TestServer, n: number) =>
      (await askProfile(server, {}, { cookie: `ub_v=${makeVisitor(100 + n)}` })).reply.decisions?.[0]
    const found = await Promise.all(apis.map((api) => Promise.all(Array.from({ length: 10 }, (_, n) => ask(api, n)))))
    expect(found[0]).toEqual(found[1])
    const best = found[0]!.find((decision) => decision?.variant === 'rates')
    expect(best?.chance?.[0]).toBeGreaterThan(0.85)
    await seen.connection.close()
    await Promise.all([collector, ...apis].map((server) => server.stop()))
  },
)

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
