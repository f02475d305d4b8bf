import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterAll, expect, test } from 'vitest'
import { toVisitor } from '../../test/banditSite.ts'
import { findNats, startNats } from '../../test/startNats.mjs'
import { askProfile, makeBatch, makeEvent, post, startTestServer, type TestServer } from '../../test/startTestServer.ts'
import { deleteStreams } from '../../test/storages.ts'
import { getNames } from './getNames.ts'
import type { ScaleOptions } from './openScale.ts'

const nats = findNats() ? await startNats() : undefined
const onNats = test.skipIf(!nats)
afterAll(() => nats?.stop())

const VISITORS = Array.from({ length: 8 }, (_, n) => toVisitor(n))
const start = (namespace: string, over: Partial<ScaleOptions> = {}) =>
  startTestServer({ scale: { servers: [nats!.url], replicas: 1, partitions: 4, namespace, ...over } })
const toCookie = (visitor: string) => ({ cookie: `ub_v=${visitor}` })
const send = async (server: TestServer, visitor: string) =>
  (await post(`${server.url}/v1/e`, makeBatch([makeEvent()]), toCookie(visitor))).status
const readGenerations = async (server: TestServer) =>
  (await Promise.all(VISITORS.map((visitor) => askProfile(server, {}, toCookie(visitor))))).map(
    ({ reply }) => reply.generation,
  )
const folded = (server: TestServer, generation: number) =>
  expect.poll(() => readGenerations(server), { timeout: 20_000, interval: 200 }).toEqual(VISITORS.map(() => generation))

onNats('D14 a server that outlives its streams takes nothing more, and spoils nothing of the new ones', async () => {
  const [first, api] = [await start('outlived'), await start('outlived', { role: 'api' })]
  for (const visitor of [...VISITORS, ...VISITORS, ...VISITORS]) expect(await send(first, visitor)).toBe(200)
  await folded(api, 3)
  await api.stop()

  const connection = await connect({ servers: nats!.url })
  await deleteStreams(await jetstreamManager(connection), 'outlived')
  await connection.close()
  const second = await start('outlived')
  await expect.poll(() => send(first, VISITORS[0]!), { timeout: 20_000, interval: 200 }).toBe(503)
  expect((await fetch(`${first.url}/ready`)).status).toBe(503)
  const countPartitions = async () =>
    /^unblink_fold_partitions (\d+)/m.exec(await (await fetch(`${first.url}/metrics`)).text())?.[1]
  await expect.poll(countPartitions, { timeout: 10_000 }).toBe('0')
  expect(first.logs.filter(({ code }) => code === 'stream_replaced')).toHaveLength(1)

  const reader = await start('outlived', { role: 'api' })
  const [before] = await readGenerations(reader)
  for (const visitor of VISITORS) expect(await send(second, visitor)).toBe(200)
  await expect
    .poll(() => readGenerations(reader), { timeout: 20_000, interval: 200 })
    .toEqual([before! + 1, ...VISITORS.slice(1).map(() => 1)])
  await Promise.all([first, second, reader].map((server) => server.stop()))
})

onNats('D14 a stream that ends before what is folded of it is refused, and can be folded anew', async () => {
  const namespace = 'shorter'
  const first = await start(namespace)
  for (const visitor of VISITORS) expect(await send(first, visitor)).toBe(200)
  await folded(first, 1)
  await first.stop()
  const connection = await connect({ servers: nats!.url })
  await (await jetstreamManager(connection)).streams.delete(getNames({ namespace, site: 'bank', fold: 1 }).events)
  await connection.close()

  for (const role of ['all', 'collector'] as const)
    await expect(start(namespace, { role })).rejects.toThrow(/ends at message 0.*folded up to \d+.*--fold 2/)
  const second = await start(namespace, { fold: 2 })
  for (const visitor of VISITORS) expect(await send(second, visitor)).toBe(200)
  const reader = await start(namespace, { role: 'api', fold: 2 })
  await folded(reader, 1)
  await Promise.all([second, reader].map((server) => server.stop()))
})
