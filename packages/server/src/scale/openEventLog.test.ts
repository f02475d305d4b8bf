import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { banditInput, makeBanditExposure, toVisitor } from '../../test/banditSite.ts'
import { findNats, startNats } from '../../test/startNats.mjs'
import { makeEvent, makeSite, sendBatch, startTestServer, type TestServer } from '../../test/startTestServer.ts'
import { runEvaluate } from '../commands/runEvaluate.ts'
import { runExplain } from '../commands/runExplain.ts'
import { runQuality } from '../commands/runQuality.ts'
import { runReplay as runReplayOfDatabase } from '../commands/runReplay.ts'
import { runReport } from '../commands/runReport.ts'
import { getNames } from './getNames.ts'
import { getPartition } from './getPartition.ts'
import { formatEvent } from './logMessage.ts'
import { readLoggedEvents } from './openEventLog.ts'
import { runReplay } from './runReplay.ts'

const nats = findNats() ? await startNats() : undefined
const onNats = test.skipIf(!nats)

const PARTITIONS = 2
const START = Date.now() - 3_600_000

let folder = ''
let clock = START
let servers: readonly TestServer[] = []
/** What the commands are told to read: one database, one cluster, to which the same has come. */
let places: readonly (readonly string[])[] = []
beforeAll(async () => {
  if (!nats) return
  folder = await mkdtemp(join(tmpdir(), 'unblink-events-'))
  await writeFile(join(folder, 'site.json'), JSON.stringify(banditInput))
  await writeFile(join(folder, 'other.json'), JSON.stringify({ ...banditInput, id: 'shop' }))
  const options = { site: makeSite(banditInput), now: () => clock }
  const scale = { servers: [nats.url], replicas: 1, partitions: PARTITIONS }
  servers = [await startTestServer(options), await startTestServer({ ...options, scale })]
  places = [
    ['--data', servers[0]!.dataDir],
    ['--nats', nats.url],
  ]
  for (let n = 0; n < 40; n++) {
    clock = START + n * 1_000
    const apply = { t: 'conversion', at: clock, p: { goal: 'apply', value: n === 7 ? 1e9 : 10 } }
    const events = [
      makeBanditExposure(n, clock),
      ...(n % 4 === 3 ? [makeEvent(apply)] : []),
      // The tag of this one fires twice.
      ...(n === 11 ? [makeEvent(apply)] : []),
    ]
    for (const server of servers) {
      const { reply } = await sendBatch(server, events, { sentAt: clock }, { cookie: `ub_v=${toVisitor(n)}` })
      if (reply.ok !== events.length) throw new Error(JSON.stringify(reply))
    }
  }
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await nats?.stop()
  if (folder) await rm(folder, { recursive: true })
})

/** What a command prints, its numbers rounded: an estimate of now is of another moment each time. */
async function read(run: (args: string[]) => Promise<number>, ...args: string[]): Promise<unknown> {
  const out: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
  try {
    await run(['--config', join(folder, 'site.json'), ...args])
  } finally {
    write.mockRestore()
  }
  const round = (_: string, value: unknown) => (typeof value === 'number' ? +value.toFixed(4) : value)
  return JSON.parse(out.join(''), round)
}

onNats('quality, evaluate and report find in a cluster what they find in a database', async () => {
  const [ofDatabase, ofCluster] = [places[0]!, places[1]!]
  const quality = await read(runQuality, ...ofCluster, '--json')
  expect(quality).toEqual(await read(runQuality, ...ofDatabase, '--json'))
  expect(quality).toMatchObject({ events: 51, duplicated: 1, attributes: [{ attribute: 'spent', outOfRange: 1 }] })
  const evaluated = await read(runEvaluate, ...ofCluster, '--json')
  expect(evaluated).toEqual(await read(runEvaluate, ...ofDatabase, '--json'))
  expect(evaluated).toMatchObject([{ experience: 'offer', trials: 40 }])
  const reported = await read(runReport, ...ofCluster, '--json')
  expect(reported).toEqual(await read(runReport, ...ofDatabase, '--json'))
  expect(reported).toMatchObject({ visitors: 40, experiences: [{ variants: [{ visitors: 20 }, { visitors: 20 }] }] })
})

onNats('what the bandits have learnt in a cluster is explained, and one visitor is gone through again', async () => {
  const [ofDatabase, ofCluster] = [places[0]!, places[1]!]
  const explained = (await read(runExplain, ...ofCluster, '--visitor', toVisitor(1), '--json')) as { choices: unknown }
  expect(JSON.stringify(explained.choices)).toMatch(/from (39\.9|40\.0) trials/)
  const one = ['--visitor', toVisitor(11)]
  const replayed = await read(runReplay, ...ofCluster, ...one)
  expect(replayed).toEqual(await read(runReplayOfDatabase, ...ofDatabase, ...one))
  expect(replayed).toMatchObject({ attributes: { spent: 20, trouble: { duplicated: 1 } } })
  const early = ['--at', new Date(START).toISOString()]
  await expect(read(runReplay, ...ofCluster, ...one, ...early)).rejects.toThrow('nothing of this visitor by then')
  await expect(read(runReplay, ...ofCluster, '--visitor', '*')).rejects.toThrow(
    '--visitor *: expected the id of a visitor',
  )
  await expect(read(runReplay, ...ofCluster, ...early)).rejects.toThrow('add --visitor ID')
})

onNats('a command says what is missing: one place to read, and a site that is there', async () => {
  await expect(read(runQuality, ...places.flat())).rejects.toThrow('not both')
  await expect(read(runQuality)).rejects.toThrow('Say where the database is')
  const args = ['--config', join(folder, 'other.json'), '--nats', nats!.url]
  await expect(runQuality(args)).rejects.toThrow('no events of the site "shop" on this cluster')
})

onNats('an event that the stream has twice is read once', async () => {
  const connection = await connect({ servers: nats!.url })
  const names = getNames({ namespace: 'unblink', site: 'bank', fold: 1 })
  const visitor = toVisitor(900)
  const event = makeEvent({ t: 'conversion', p: { goal: 'apply' } })
  // Long after the first, so that NATS itself does not know it any more.
  for (let n = 0; n < 2; n++)
    await jetstream(connection).publish(
      names.getSubject(getPartition(visitor, PARTITIONS), visitor),
      formatEvent({ event, receivedAt: clock }),
    )
  const manager = await jetstreamManager(connection)
  const found: string[] = []
  for await (const one of readLoggedEvents({ manager, names }, { visitor })) found.push(one.event.i)
  expect(found).toEqual([event.i])
  await connection.close()
})
