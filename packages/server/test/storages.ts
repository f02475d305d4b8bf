import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import type { AnyEvent } from '@unblink/protocol'
import Database from 'libsql'
import type { AuditRecord } from '../src/privacy/createAudit.ts'
import { parseAudit } from '../src/scale/createScaleAudit.ts'
import { getNames } from '../src/scale/getNames.ts'
import { parseLogMessage } from '../src/scale/logMessage.ts'
import { readMessages } from '../src/scale/readMessages.ts'
import { createStore } from '../src/store/createStore.ts'
import type { NatsServers } from './startNats.mjs'
import { startTestServer, type TestServer } from './startTestServer.ts'

/** An event as somebody else than the server reads it from where it is kept. */
export interface KeptEvent {
  readonly event: AnyEvent
  readonly visitor: string | undefined
}

/** Where servers keep events and profiles, for tests that hold for each such place. */
export interface Storage {
  readonly name: string
  start(): Promise<TestServer>
  /** In the order in which they were stored. */
  readEvents(server: TestServer): Promise<readonly KeptEvent[]>
  /** Who did what, in order. */
  readAudit(server: TestServer): Promise<readonly string[]>
  /** Makes it refuse writes; the result brings it back. */
  takeAway(server: TestServer): Promise<() => Promise<void>>
  /** Removes all that is kept, while the server runs. */
  wipe(server: TestServer): Promise<void>
  /** Ends it and starts another where it kept what it had; stopping the first one removes that. */
  restart(server: TestServer): Promise<TestServer>
}

export const embedded: Storage = {
  name: 'embedded database',
  start: () => startTestServer(),
  readEvents({ dataDir }) {
    const database = new Database(join(dataDir, 'unblink.db'))
    const rows = database.prepare('SELECT DISTINCT visitor FROM events').all() as { visitor: string | null }[]
    const store = createStore(database, 'bank')
    const read = (visitor: string) => store.getEvents(visitor, 1_000).map(({ event }) => ({ event, visitor }))
    const kept: KeptEvent[] = rows.flatMap(({ visitor }) => (visitor === null ? [] : read(visitor)))
    const nobodys = database.prepare('SELECT id FROM events WHERE visitor IS NULL').all() as { id: string }[]
    database.close()
    return Promise.resolve([
      ...kept,
      ...nobodys.map(({ id }) => ({ event: { i: id } as AnyEvent, visitor: undefined })),
    ])
  },
  readAudit({ dataDir }) {
    const database = new Database(join(dataDir, 'unblink.db'))
    const rows = database.prepare('SELECT actor, action FROM audit ORDER BY id').all() as AuditRecord[]
    database.close()
    return Promise.resolve(rows.map(({ actor, action }) => `${actor} ${action}`))
  },
  takeAway({ dataDir }) {
    const database = new Database(join(dataDir, 'unblink.db'))
    database.exec('BEGIN IMMEDIATE')
    return Promise.resolve(() => {
      database.exec('ROLLBACK')
      database.close()
      return Promise.resolve()
    })
  },
  async wipe({ dataDir }) {
    for (const name of await readdir(dataDir)) await rm(join(dataDir, name), { recursive: true })
  },
  async restart({ unblink, dataDir }) {
    await unblink.close()
    return { ...(await startTestServer({ dataDir })), dataDir }
  },
}

/** Leaves no stream and no bucket of a namespace. */
export async function deleteStreams(manager: JetStreamManager, namespace: string): Promise<void> {
  const own = new RegExp(`^(KV_)?${namespace}-`)
  for await (const { config } of manager.streams.list())
    if (own.test(config.name)) await manager.streams.delete(config.name)
}

/** A single NATS server, so that nothing but the storage differs; tests of several are in the ledger. */
export function createNatsStorage(nats: NatsServers): Storage {
  let count = 0
  const namespaces = new WeakMap<TestServer, string>()
  const start = async (namespace: string) => {
    const server = await startTestServer({ scale: { servers: [nats.url], replicas: 1, partitions: 2, namespace } })
    namespaces.set(server, namespace)
    return server
  }
  return {
    name: 'NATS JetStream',
    start: () => start(`contract${count++}`),
    async readEvents(server) {
      const names = getNames({ namespace: namespaces.get(server)!, site: 'bank', fold: 1 })
      const connection = await connect({ servers: nats.url })
      const manager = await jetstreamManager(connection)
      const { state } = await manager.streams.info(names.events)
      const kept: KeptEvent[] = []
      const consumer = await jetstream(connection).consumers.get(names.events)
      if (state.messages > 0) {
        for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 5_000 })) {
          const read = parseLogMessage(message.string())
          if (read.type === 'event')
            kept.push({ event: read.stored.event, visitor: names.readVisitor(message.subject) })
        }
      }
      await connection.close()
      return kept
    },
    async readAudit(server) {
      const names = getNames({ namespace: namespaces.get(server)!, site: 'bank', fold: 1 })
      const connection = await connect({ servers: nats.url })
      const kept: string[] = []
      for await (const message of readMessages({ manager: await jetstreamManager(connection), stream: names.audit })) {
        const { actor, action } = parseAudit(message.string())!
        kept.push(`${actor} ${action}`)
      }
      await connection.close()
      return kept
    },
    async takeAway() {
      const [node] = nats.nodes
      await node!.kill()
      return () => node!.start()
    },
    async wipe(server) {
      const connection = await connect({ servers: nats.url })
      await deleteStreams(await jetstreamManager(connection), namespaces.get(server)!)
      await connection.close()
    },
    async restart(server) {
      await server.unblink.close()
      return start(namespaces.get(server)!)
    },
  }
}
