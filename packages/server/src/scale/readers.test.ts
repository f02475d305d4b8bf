import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import { connect } from '@nats-io/transport-node'
import { expect, test } from 'vitest'
import { findNats, startNats } from '../../test/startNats.mjs'
import { makeEvent, startTestServer, VISITOR } from '../../test/startTestServer.ts'
import { createBucket } from './createBucket.ts'
import { connectNats, endNats } from './connectNats.ts'
import { createShares } from './createShares.ts'
import { getNames } from './getNames.ts'
import { formatEvent } from './logMessage.ts'
import { openReader } from './openReader.ts'
import { readLog } from './readLog.ts'
import { readMessages } from './readMessages.ts'

const onNats = test.skipIf(!findNats())

// As on a server of a cluster that has come back and is behind the others: there, all that comes is before what was asked for.
onNats('a reader that begins before what was asked for is noticed, and nothing is read twice', async () => {
  const nats = await startNats()
  const connection = await connect({ servers: nats.url })
  const manager = await jetstreamManager(connection)
  const client = jetstream(connection)
  const names = getNames({ namespace: 'behind', site: 'bank', fold: 1 })
  await manager.streams.add({ name: names.events, subjects: [names.eventSubjects] })
  const publish = async (count: number) => {
    const text = () => formatEvent({ event: makeEvent(), receivedAt: Date.now() })
    for (let n = 0; n < count; n++) await client.publish(names.getSubject(0, VISITOR), text())
  }
  await publish(10)

  const range = { manager, stream: names.events, subject: names.getFilter(0) }
  const reader = await openReader({ ...range, from: 13 })
  const ending = new AbortController()
  const logged: string[] = []
  const slices = readLog({
    ...{ manager, names, partition: 0, from: 13, signal: ending.signal },
    log: ({ message }) => logged.push(String(message)),
  })
  const first = slices.next()
  const countReaders = async () => (await manager.streams.info(names.events)).state.consumer_count
  await expect.poll(countReaders, { timeout: 10_000 }).toBe(2)
  await publish(5)

  await expect(reader.read(10)).rejects.toThrow('began at 11 instead of 13')
  await reader.close()
  const seqs: number[] = []
  for (let one = await first; !one.done; one = await slices.next()) {
    seqs.push(...one.value.messages.map(({ seq }) => seq))
    if (seqs.at(-1) === 15) break
  }
  expect(seqs).toEqual([13, 14, 15])
  expect(logged).toContain('Reading goes on anew: what reads it began at 11 instead of 13')
  ending.abort()
  await slices.return(undefined)

  const all: number[] = []
  for await (const { seq } of readMessages({ manager, stream: names.events })) all.push(seq)
  expect(all).toEqual(Array.from({ length: 15 }, (_, n) => n + 1))
  await connection.close()
  await nats.stop()
})

onNats('a worker that a server which is behind shows an old board asks the one that leads', async () => {
  const nats = await startNats()
  const connection = await connect({ servers: nats.url })
  const manager = await jetstreamManager(connection)
  await new Kvm(connection).create('shares')
  const bucket = createBucket({ manager, client: jetstream(connection), name: 'shares' })
  const join = (me: string, from = bucket) => {
    const ours: number[][] = []
    const codes: string[] = []
    const shares = createShares({
      ...{ bucket: from, key: 'board', partitions: 2, me, turnMs: 50, getProgress: () => new Map() },
      onChange: (now) => void ours.push([...now.keys()]),
      log: ({ code }) => void codes.push(code),
    })
    return { shares, ours, codes }
  }
  const first = join('first')
  await expect.poll(() => first.ours, { timeout: 10_000 }).toEqual([[0, 1]])
  const old = await bucket.get('board')
  const second = join('second', { ...bucket, get: () => Promise.resolve(old) })
  await expect.poll(() => second.ours.at(-1)?.length, { timeout: 10_000 }).toBe(1)
  await second.shares.stop()
  await first.shares.stop()
  expect(second.codes).not.toContain('leave_failed')
  await connection.close()
  await nats.stop()
})

onNats('a connection to a NATS that answers no more ends all the same', async () => {
  const nats = await startNats()
  const { connection } = await connectNats({ servers: [nats.url] }, () => {}, 'a test')
  connection.subscribe('something')
  await connection.flush()
  process.kill(nats.nodes[0]!.pid!, 'SIGSTOP')
  connection.publish('something', 'never')
  await endNats(connection)
  expect(connection.isClosed()).toBe(true)
  await nats.stop()
})

onNats('a server whose NATS is gone stops all the same, without an error', async () => {
  const nats = await startNats()
  const server = await startTestServer({
    scale: { servers: [nats.url], replicas: 1, partitions: 2, role: 'collector' },
  })
  await nats.stop()
  await expect(server.stop()).resolves.toBeUndefined()
})
