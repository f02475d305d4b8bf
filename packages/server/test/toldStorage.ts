import { randomUUID } from 'node:crypto'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { createBucket } from '../src/scale/createBucket.ts'
import { parseState } from '../src/scale/foldedState.ts'
import { getBucketStream, getNames, type Names } from '../src/scale/getNames.ts'
import { getPartition } from '../src/scale/getPartition.ts'
import { readMessages } from '../src/scale/readMessages.ts'
import { formatTold, NOTHING_TOLD, parseTold, type ToldState } from '../src/scale/telling/toldState.ts'
import { toToldRows } from '../src/scale/telling/toToldRows.ts'
import type { WebhookStorage } from './openWebhooks.ts'
import type { NatsServers } from './startNats.mjs'

const PARTITIONS = 2

/** What webhooks keep on a cluster, as somebody else than its servers finds it in NATS. */
export interface ToldStorage extends WebhookStorage {
  readonly names: Names
  /** By key. */
  readTold(): Promise<ReadonlyMap<string, ToldState>>
  stop(): Promise<void>
}

let count = 0

export async function createToldStorage(nats: NatsServers): Promise<ToldStorage> {
  const connection = await connect({ servers: nats.url })
  const manager = await jetstreamManager(connection)
  let namespace = ''
  let names = getNames({ namespace, site: 'bank', fold: 1 })
  const open = (name: string) => createBucket({ manager, client: jetstream(connection), name })

  const readTold = async () => {
    const told = new Map<string, ToldState>()
    const stream = getBucketStream(names.told)
    for await (const message of readMessages({ manager, stream }))
      told.set(message.subject.slice(`$KV.${names.told}.`.length), parseTold(message.string()))
    return told
  }

  const isFolded = async () => {
    const last = new Map<string, number>()
    for await (const { subject, seq } of readMessages({ manager, stream: names.events })) {
      const visitor = names.readVisitor(subject)
      if (visitor !== undefined) last.set(visitor, seq)
    }
    const profiles = open(names.profiles)
    for (const [visitor, seq] of last) {
      const value = await profiles.getLatest(visitor)
      if (!value || parseState(value.text).seq < seq) return false
    }
    return true
  }

  const wait = () => new Promise((resolve) => setTimeout(resolve, 20))

  /** Something that comes due now, and what comes of it. */
  const mark = async (at: number) => {
    const told = open(names.told)
    const visitor = randomUUID()
    const key = `${getPartition(visitor, PARTITIONS)}.${visitor}`
    await told.replace(key, formatTold({ ...NOTHING_TOLD, subject: visitor, look: at }), 0)
    while (parseTold((await told.getLatest(key))?.text).look !== undefined) await wait()
  }

  return {
    get names() {
      return names
    },
    readTold,
    clear() {
      namespace = `told${count++}`
      names = getNames({ namespace, site: 'bank', fold: 1 })
    },
    getOptions: () => ({ scale: { servers: [nats.url], replicas: 1, partitions: PARTITIONS, namespace } }),
    async count(table) {
      const rows = [...(await readTold())].flatMap(([key, state]) => toToldRows(key, state))
      return rows.filter((row) => (row as { table: string }).table === table).length
    },
    async settle(at) {
      while (!(await isFolded())) await wait()
      // What is due is looked at in rounds: when the second has been, all that was due with the first has.
      await mark(at)
      await mark(at)
    },
    stop: () => connection.close(),
  }
}
