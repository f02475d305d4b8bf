import { jetstream, JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import {
  describeRow,
  formatRow,
  parseLimit,
  toPlainRow,
  WEBHOOKS_OPTIONS,
  WEBHOOKS_USAGE,
  type WebhookRow,
} from '../../commands/formatWebhookRow.ts'
import { readFlags } from '../../commands/readFlags.ts'
import { runWebhooks as runLocal } from '../../commands/runWebhooks.ts'
import { UsageError } from '../../commands/UsageError.ts'
import type { LogRecord } from '../../log.ts'
import { connectNats } from '../connectNats.ts'
import { createBucket, type Bucket } from '../createBucket.ts'
import { getBucketStream, getKeySubject, getNames, type Names } from '../getNames.ts'
import { readMessages } from '../readMessages.ts'
import { readScaleFlags } from '../readScaleFlags.ts'
import { createTold, type Draft, type Told } from './createTold.ts'
import { getGoneKey, parseGone, toRow } from './createToldOutbox.ts'
import { parseTold } from './toldState.ts'

const MANAGE_MS = 10_000
const PROGRESS_EVERY = 10_000
/** NATS' own code, https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const NOT_FOUND = 10_059

type Flags = ReturnType<typeof readFlags<typeof WEBHOOKS_OPTIONS>>['flags']

interface Cluster {
  readonly manager: JetStreamManager
  readonly names: Names
  readonly control: Bucket
  readonly told: Told
  readonly site: string
  readonly flags: Flags
}

interface ToldRow extends WebhookRow {
  readonly key: string
}

const log = ({ code, message }: LogRecord) => void process.stderr.write(`${code}: ${message}\n`)
const print = (line: string) => void process.stdout.write(`${line}\n`)

/** All messages that there are, the earliest first. */
async function readRows({ manager, names, site, flags }: Cluster): Promise<readonly ToldRow[]> {
  const stream = getBucketStream(names.told)
  const start = getKeySubject(names.told, '').length
  const byKey = new Map<string, readonly ToldRow[]>()
  let count = 0
  for await (const message of readMessages({ manager, stream })) {
    if (++count % PROGRESS_EVERY === 0) process.stderr.write(`${count} visitors read\n`)
    const key = message.subject.slice(start)
    const state = parseTold(message.string())
    const wanted = state.outbox.filter(({ webhook }) => flags.webhook === undefined || flags.webhook === webhook)
    const rows = wanted.map((one): ToldRow => {
      const { subject: _, position: _position, ...row } = toRow(key, one, 0, state)
      return { ...row, site, visitor: state.subject ?? '', key }
    })
    // What was written meanwhile comes again.
    byKey.set(key, rows)
  }
  return [...byKey.values()].flat().sort((a, b) => a.at - b.at)
}

async function readGone({ manager, names, flags }: Cluster) {
  const prefix = getKeySubject(names.control, getGoneKey(''))
  const gone = new Map<string, { readonly webhook: string; readonly url: string; readonly at: number }>()
  for await (const message of readMessages({ manager, stream: getBucketStream(names.control) })) {
    if (!message.subject.startsWith(prefix)) continue
    const webhook = Buffer.from(message.subject.slice(prefix.length), 'base64url').toString()
    if (flags.webhook === undefined || flags.webhook === webhook)
      gone.set(webhook, { webhook, ...parseGone(message.string()) })
  }
  return [...gone.values()]
}

async function list(cluster: Cluster): Promise<void> {
  const { flags, site } = cluster
  const limit = parseLimit(flags.limit)
  const rows = await readRows(cluster)
  const failed = rows.filter(({ state, attempts }) => state === 'dead' || attempts > 0).slice(0, limit)
  if (flags.json) return failed.forEach((row) => print(JSON.stringify(toPlainRow(row))))
  const gone = await readGone(cluster)
  if (rows.length + gone.length === 0) return print('No message waits, and none has failed.')
  for (const name of [...new Set(rows.map(({ webhook }) => webhook))].sort()) {
    const own = rows.filter(({ webhook }) => webhook === name)
    const dead = own.filter(({ state }) => state === 'dead').length
    print(`${site} ${name}: ${own.length - dead} wait, ${dead} given up`)
  }
  for (const { webhook, url, at } of gone)
    print(`${site} ${webhook}: ${url} has answered 410 at ${new Date(at).toISOString()}; nothing is sent there`)
  for (const row of failed) print(formatRow(row))
  if (failed.length === limit) print(`… the first ${limit}; more with --limit`)
}

async function findRow(cluster: Cluster, id: string | undefined): Promise<ToldRow> {
  if (id === undefined) throw new UsageError('Say which message: its id, as unblink webhooks list prints it.')
  const row = (await readRows(cluster)).find((one) => one.id === id)
  if (row) return row
  throw new Error(`There is no message ${id}. It has arrived, its visitor was erased, or it was given up 30 days ago.`)
}

async function show(cluster: Cluster, id: string | undefined): Promise<void> {
  const row = await findRow(cluster, id)
  print(cluster.flags.json ? JSON.stringify(toPlainRow(row)) : describeRow(row))
}

/** What was given up goes behind what is on its way about the same visitor, or to the front; what waits is sent now. */
function revive(draft: Draft, id: string): void {
  const message = draft.outbox.find((one) => one.id === id)
  if (!message) return
  const { isDead, ...waiting } = message
  const others = draft.outbox.filter((one) => one !== message)
  const first = others.findIndex((one) => one.webhook === message.webhook && !one.isDead)
  const place = isDead && first >= 0 ? first + 1 : draft.outbox.indexOf(message)
  const revived = { ...waiting, next: 0, ...(isDead ? { attempts: 0 } : {}) }
  draft.outbox = [...others.slice(0, place), revived, ...others.slice(place)]
}

async function retry(cluster: Cluster, id: string | undefined): Promise<void> {
  const { flags, told } = cluster
  if (id === undefined && !flags.all)
    throw new UsageError('Say which message: its id, or --all for those that were given up.')
  const rows = flags.all
    ? (await readRows(cluster)).filter(({ state }) => state === 'dead')
    : [await findRow(cluster, id)]
  for (const [index, row] of rows.entries()) {
    await told.edit(row.key, undefined, (draft) => revive(draft, row.id))
    if ((index + 1) % 200 === 0) process.stderr.write(`${index + 1} of ${rows.length}\n`)
  }
  print(rows.length === 1 ? '1 message is sent again.' : `${rows.length} messages are sent again.`)
}

async function enable({ control, flags }: Cluster, name: string | undefined): Promise<void> {
  const webhook = name ?? flags.webhook
  if (webhook === undefined) throw new UsageError('Say which webhook: unblink webhooks enable NAME.')
  if (!(await control.getLatest(getGoneKey(webhook))))
    throw new Error(`No receiver of a webhook "${webhook}" has answered 410, so there is nothing to do.`)
  await control.remove(getGoneKey(webhook))
  print(
    `The webhook ${webhook} is sent again. What was given up meanwhile: unblink webhooks retry --all --webhook ${webhook}`,
  )
}

const ACTIONS = { list, show, retry, enable }

/** `unblink webhooks` of a cluster. Works beside running servers. */
export async function runWebhooks([action = '', ...args]: string[]): Promise<void> {
  // What needs no cluster, and what is no action.
  if (!Object.hasOwn(ACTIONS, action)) return runLocal([action, ...args])
  const { flags, name } = readFlags(args, WEBHOOKS_OPTIONS, true)
  if (flags.help) return void process.stdout.write(WEBHOOKS_USAGE)
  const scale = readScaleFlags({ nats: flags.nats })
  if (!scale) throw new UsageError('Say which cluster to read: --nats URLS, like --nats nats://127.0.0.1:4222.')
  const { site } = flags
  if (site === undefined) throw new UsageError('Say whose messages: --site ID, as in the site config.')
  const { connection } = await connectNats(scale, log, 'unblink webhooks')
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: MANAGE_MS })
    const client = jetstream(connection)
    const names = getNames({ namespace: 'unblink', site, fold: 1 })
    await manager.streams.info(getBucketStream(names.told)).catch((error: unknown) => {
      if (!(error instanceof JetStreamApiError) || error.code !== NOT_FOUND) throw error
      throw new Error(
        `There are no messages of the site "${site}" on this cluster. Give --site its id in the site config.`,
      )
    })
    const open = (bucket: string) => createBucket({ manager, client, name: bucket })
    // Values are found by what is in them, so nobody's key is made here.
    const told = createTold({ bucket: open(names.told), partitions: 1, salt: '' })
    const cluster = { manager, names, control: open(names.control), told, site, flags }
    await ACTIONS[action as keyof typeof ACTIONS](cluster, name)
  } finally {
    await connection.close()
  }
}
