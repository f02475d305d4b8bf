import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { toVisitor } from '../../test/banditSite.ts'
import { findNats, startNats } from '../../test/startNats.mjs'
import { askProfile, makeBatch, makeEvent, post, startTestServer, type TestServer } from '../../test/startTestServer.ts'
import { deleteStreams } from '../../test/storages.ts'
import type { Board } from './board.ts'
import { createBucket } from './createBucket.ts'
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
/** Waits for a turn of the worker, which looks at the stream, after it has folded up to a message. */
async function untilNoted(url: string, namespace: string, seq: number): Promise<void> {
  const connection = await connect({ servers: url })
  const names = getNames({ namespace, site: 'bank', fold: 1 })
  const manager = await jetstreamManager(connection)
  const control = createBucket({ manager, client: jetstream(connection), name: names.control })
  const read = async () => {
    const { partitions } = JSON.parse((await control.getLatest(names.board))!.text) as Board
    return Math.max(...partitions.map((one) => one.seq))
  }
  await expect.poll(read, { timeout: 20_000, interval: 100 }).toBeGreaterThanOrEqual(seq)
  await connection.close()
}

onNats('D14 a server that outlives its streams takes nothing more, and spoils nothing of the new ones', async () => {
  const [first, api] = [await start('outlived'), await start('outlived', { role: 'api' })]
  for (const visitor of [...VISITORS, ...VISITORS, ...VISITORS]) expect(await send(first, visitor)).toBe(200)
  await folded(api, 3)
  await untilNoted(nats!.url, 'outlived', 24)
  await api.stop()

  const connection = await connect({ servers: nats!.url })
  await deleteStreams(await jetstreamManager(connection), 'outlived')
  await connection.close()
  const second = await start('outlived')
  // What it still takes until it notices is in the new stream, and counts.
  let taken = 0
  const sendFirst = async () => {
    const status = await send(first, VISITORS[0]!)
    if (status === 200) taken++
    return status
  }
  await expect.poll(sendFirst, { timeout: 20_000, interval: 200 }).toBe(503)
  expect((await fetch(`${first.url}/ready`)).status).toBe(503)
  const countPartitions = async () =>
    /^unblink_fold_partitions (\d+)/m.exec(await (await fetch(`${first.url}/metrics`)).text())?.[1]
  await expect.poll(countPartitions, { timeout: 10_000 }).toBe('0')

  const reader = await start('outlived', { role: 'api' })
  for (const visitor of VISITORS) expect(await send(second, visitor)).toBe(200)
  await expect
    .poll(() => readGenerations(reader), { timeout: 20_000, interval: 200 })
    .toEqual([taken + 1, ...VISITORS.slice(1).map(() => 1)])
  await Promise.all([first, second, reader].map((server) => server.stop()))
  const codes = first.logs.map(({ code }) => code)
  const since = codes.slice(codes.indexOf('stream_replaced'))
  expect(since.filter((code) => /^(stream_replaced|turn_failed|leave_failed)$/.test(code))).toEqual(['stream_replaced'])
})

onNats('D14 an older copy that takes the stream’s place under a server is noticed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unblink-nats-'))
  const own = await startNats({ folder })
  onTestFinished(() => own.stop())
  const [node] = own.nodes
  const [kept, copy] = [join(folder, node!.name), join(folder, 'copy')]
  const server = await start('restored', { servers: [own.url] })
  expect(await send(server, VISITORS[0]!)).toBe(200)
  await node!.kill()
  await cp(kept, copy, { recursive: true })
  await node!.start()
  const sendLater = () => send(server, VISITORS[0]!)
  await expect.poll(sendLater, { timeout: 20_000, interval: 200 }).toBe(200)
  for (let n = 0; n < 20; n++) expect(await sendLater()).toBe(200)
  const codes = () => server.logs.map(({ code }) => code)
  await untilNoted(own.url, 'restored', 20)
  await node!.kill()
  await rm(kept, { recursive: true })
  await cp(copy, kept, { recursive: true })
  await node!.start()
  await expect.poll(codes, { timeout: 20_000 }).toContain('stream_replaced')
  expect(await sendLater()).toBe(503)
  await server.stop()
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
