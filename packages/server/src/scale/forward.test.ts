/* eslint-disable unblink/banned-words -- A company has this name. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterAll, expect, test } from 'vitest'
import { getUrl, startCli } from '../../test/startCli.ts'
import { findNats, startNats } from '../../test/startNats.mjs'
import { makeSite, sendBatch, siteInput, startTestServer, VISITOR } from '../../test/startTestServer.ts'
import { expose, until, useDestinations } from '../../test/useDestinations.ts'
import { createRegistry } from '../metrics/createRegistry.ts'
import { createBucket } from './createBucket.ts'
import { beginForward, createForwardLane } from './createForwardLane.ts'
import { createScaleForwarder } from './createScaleForwarder.ts'
import { getNames } from './getNames.ts'
import { getPartition } from './getPartition.ts'
import { formatErasure, formatEvent } from './logMessage.ts'

const PARTITIONS = 2
const nats = findNats() ? await startNats() : undefined
const onNats = test.skipIf(!nats)
afterAll(() => nats?.stop())

const { now: to, getForward, expectBoth } = useDestinations()

const makeVisitor = (n: number) => `11111111-1111-4111-8111-${String(n).padStart(12, '0')}`
const scale = () => ({ servers: [nats!.url], replicas: 1, partitions: PARTITIONS })
const startOn = (namespace: string) =>
  startTestServer({ site: makeSite({ forward: getForward() }), scale: { ...scale(), namespace } })

/** What a worker of the cluster has to hand on with. */
async function look(namespace: string, site = 'bank') {
  const connection = await connect({ servers: nats!.url })
  const manager = await jetstreamManager(connection)
  const client = jetstream(connection)
  const names = getNames({ namespace, site, fold: 1 })
  const control = createBucket({ manager, client, name: names.control })
  return { connection, client, manager, names, control, salt: 'salt', log: () => {} }
}

onNats('what visitors were exposed to arrives at both, and the metrics are those of one server', async () => {
  const server = await startOn('both')
  await expectBoth(server, ['unblink_forward_failing{to="segment"} 0', `unblink_forward_partitions ${PARTITIONS}`])
  await server.stop()
})

onNats(
  'a lane goes on where it was noted, without repeats and without who was erased, and one of two has it',
  async () => {
    const server = await startOn('lane')
    await server.stop()
    const seen = await look('lane')
    const partition = getPartition(VISITOR, PARTITIONS)
    const { signal } = new AbortController()
    const open = () => createForwardLane({ ...seen, destination: 'segment', partition, signal })
    const [lane, other] = [open(), open()]
    const publish = (text: string, visitor = VISITOR) =>
      seen.client.publish(seen.names.getSubject(partition, visitor), text)
    const format = (event = expose()) => formatEvent({ event, receivedAt: Date.now() })

    const begun = (await lane.getCursor())!
    expect(await other.getCursor()).toBe(begun)
    const [first, second] = [expose(), expose()]
    await publish(format(first))
    await publish(format(), makeVisitor(1))
    await publish(format(first))
    const slice = await lane.read(begun, 200)
    expect(slice.events.map(({ event }) => event.i)[0]).toBe(first.i)
    expect(slice.events).toHaveLength(2)
    // It could not be sent, and the visitor is erased before the next try.
    await seen.manager.streams.deleteMessage(seen.names.events, begun + 2)
    await publish(formatErasure(Date.now()), makeVisitor(1))
    const again = await lane.read(begun, 200)
    expect(again.events.map(({ event }) => event.i)).toEqual([first.i])
    expect(again.events[0]).toEqual(slice.events[0])

    expect(await lane.setCursor(again.end)).toBe(true)
    expect(await other.setCursor(begun + 1)).toBe(false)
    expect(await other.getCursor()).toBe(again.end)
    // One that begins in the middle knows what was before.
    await publish(format(second))
    await publish(format(first))
    const next = await other.read(again.end, 200)
    expect(next.events.map(({ event, sessionStartedAt }) => [event.i, sessionStartedAt])).toEqual([
      [second.i, again.events[0]!.sessionStartedAt],
    ])
    await Promise.all([lane.close(), other.close()])
    await seen.connection.close()
  },
)

onNats(
  'a worker that is killed in the midst loses nothing: another goes on, and Segment knows the repeats',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'unblink-forward-'))
    const config = join(folder, 'site.json')
    const forward = { segment: getForward().segment }
    await writeFile(config, JSON.stringify({ ...siteInput, forward }))
    const collector = await startTestServer({ scale: { ...scale(), role: 'collector' } })
    const cluster = ['--nats', nats!.url, '--replicas', '1', '--partitions', String(PARTITIONS)]
    const worker = startCli(['serve', '--config', config, ...cluster, '--role', 'worker', '--port', '0'])
    await getUrl(worker)
    // From the second batch on it takes what it is sent, and never says so: the worker cannot know.
    to.segment.holdFrom(2)
    const events = Array.from({ length: 6 }, () => Array.from({ length: 100 }, expose))
    for (const [n, list] of events.entries()) await sendBatch(collector, list, {}, { cookie: `ub_v=${makeVisitor(n)}` })
    await until(() => expect(to.segment.getHeld()).toBe(PARTITIONS))
    const before = to.segment.taken.size
    worker.child.kill('SIGKILL')
    await worker.ended
    to.segment.holdFrom(Infinity)

    const seen = await look('unblink')
    const registry = createRegistry()
    const next = await createScaleForwarder({
      ...seen,
      ...{ partitions: PARTITIONS, registry, getSite: () => makeSite({ forward }), now: Date.now },
      ...{ turnMs: 50, goneMs: 500, everyMs: 5, retryMs: 5 },
    })
    const ids = events.flat().map(({ i }) => i)
    await until(() => expect([...to.segment.taken.keys()].sort()).toEqual([...ids].sort()))
    expect(before).toBeGreaterThan(0)
    expect(to.segment.getRepeats()).toBeGreaterThan(0)
    expect(to.segment.getRepeats()).toBeLessThanOrEqual(before)
    expect(to.segment.faults).toEqual([])
    await until(() => expect(registry.format()).toContain('unblink_forward_partitions 2'))
    // What was noted is noted for whoever comes next.
    const { signal } = new AbortController()
    const getCursors = () =>
      Promise.all(
        Array.from({ length: PARTITIONS }, (_, partition) =>
          createForwardLane({ ...seen, destination: 'segment', partition, signal }).getCursor(),
        ),
      )
    await until(async () => expect(Math.max(...(await getCursors()).map(Number))).toBe(ids.length))
    await next.close()
    const cursors = await getCursors()
    await beginForward(seen, 'segment')
    expect(await getCursors()).toEqual(cursors)
    await seen.connection.close()
    await collector.stop()
    await rm(folder, { recursive: true })
  },
)
