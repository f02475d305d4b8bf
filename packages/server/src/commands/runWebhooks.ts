import { randomBytes } from 'node:crypto'
import type { Database } from '../store/openDatabase.ts'
import { describeRow, formatRow, parseLimit, toPlainRow, WEBHOOKS_OPTIONS, WEBHOOKS_USAGE } from './formatWebhookRow.ts'
import type { WebhookRow } from './formatWebhookRow.ts'
import { openLog } from './openLog.ts'
import { readFlags } from './readFlags.ts'
import { UsageError } from './UsageError.ts'

type Flags = ReturnType<typeof readFlags<typeof WEBHOOKS_OPTIONS>>['flags']

interface Row extends WebhookRow {
  readonly position: number
}

const print = (line: string) => void process.stdout.write(`${line}\n`)
const toTime = (at: number) => new Date(at).toISOString()

/** The part of a query that keeps to what the flags name. */
const filter = ({ site, webhook }: Flags) => ({
  where: '(?1 IS NULL OR site = ?1) AND (?2 IS NULL OR webhook = ?2)',
  values: [site ?? null, webhook ?? null] as const,
})

function list(database: Database.Database, flags: Flags): void {
  const { where, values } = filter(flags)
  const limit = parseLimit(flags.limit)
  const failed = database
    .prepare(
      `SELECT * FROM webhook_outbox WHERE ${where} AND (state = 'dead' OR attempts > 0) ORDER BY position LIMIT ?3`,
    )
    .all(...values, limit) as Row[]
  if (flags.json) return failed.forEach((row) => print(JSON.stringify(toPlainRow(row))))
  const counts = database
    .prepare(
      `SELECT site, webhook, SUM(state <> 'dead') AS waiting, SUM(state = 'dead') AS dead FROM webhook_outbox
       WHERE ${where} GROUP BY site, webhook ORDER BY site, webhook`,
    )
    .all(...values) as { site: string; webhook: string; waiting: number; dead: number }[]
  const gone = database.prepare(`SELECT * FROM webhook_gone WHERE ${where}`).all(...values) as (Row & { url: string })[]
  if (counts.length + gone.length === 0) return print('No message waits, and none has failed.')
  for (const { site, webhook, waiting, dead } of counts) print(`${site} ${webhook}: ${waiting} wait, ${dead} given up`)
  for (const { site, webhook, at, url } of gone)
    print(`${site} ${webhook}: ${url} has answered 410 at ${toTime(at)}; nothing is sent there`)
  for (const row of failed) print(formatRow(row))
  if (failed.length === limit) print(`… the first ${limit}; more with --limit`)
}

const findRow = (database: Database.Database, flags: Flags, id: string | undefined): Row => {
  if (id === undefined) throw new UsageError('Say which message: its id, as unblink webhooks list prints it.')
  const { where, values } = filter(flags)
  const row = database.prepare(`SELECT * FROM webhook_outbox WHERE ${where} AND id = ?3`).get(...values, id) as
    Row | undefined
  if (row) return row
  throw new Error(`There is no message ${id}. It has arrived, its visitor was erased, or it was given up 30 days ago.`)
}

function show(database: Database.Database, flags: Flags, id: string | undefined): void {
  const row = findRow(database, flags, id)
  if (flags.json) return print(JSON.stringify(toPlainRow(row)))
  print(describeRow(row))
}

/** What was given up goes behind what still waits about the same visitor, or to the front. */
const REVIVE = `UPDATE webhook_outbox SET attempts = 0, next = ?1, state = CASE WHEN EXISTS (
    SELECT 1 FROM webhook_outbox AS other WHERE other.site = webhook_outbox.site AND other.visitor = webhook_outbox.visitor
      AND other.webhook = webhook_outbox.webhook AND other.state <> 'dead' AND other.position <> webhook_outbox.position
  ) THEN 'behind' ELSE 'ready' END WHERE position = ?2`

function retry(database: Database.Database, flags: Flags, id: string | undefined): void {
  if (id === undefined && !flags.all)
    throw new UsageError('Say which message: its id, or --all for those that were given up.')
  const { where, values } = filter(flags)
  const rows = flags.all
    ? (database
        .prepare(`SELECT * FROM webhook_outbox WHERE ${where} AND state = 'dead' ORDER BY position`)
        .all(...values) as Row[])
    : [findRow(database, flags, id)]
  const revive = database.prepare(REVIVE)
  const hurry = database.prepare("UPDATE webhook_outbox SET next = ? WHERE position = ? AND state = 'ready'")
  // In slices, since a server may be writing beside this.
  for (let from = 0; from < rows.length; from += 200) {
    database.exec('BEGIN IMMEDIATE')
    for (const { position, state } of rows.slice(from, from + 200)) {
      if (state === 'dead') revive.run(0, position)
      else hurry.run(0, position)
    }
    database.exec('COMMIT')
    if (rows.length > 1_000) process.stderr.write(`${Math.min(from + 200, rows.length)} of ${rows.length}\n`)
  }
  print(rows.length === 1 ? '1 message is sent again.' : `${rows.length} messages are sent again.`)
}

function enable(database: Database.Database, flags: Flags, name: string | undefined): void {
  const webhook = name ?? flags.webhook
  if (webhook === undefined) throw new UsageError('Say which webhook: unblink webhooks enable NAME.')
  const { where, values } = filter({ ...flags, webhook })
  const { changes } = database.prepare(`DELETE FROM webhook_gone WHERE ${where}`).run(...values)
  if (changes === 0)
    throw new Error(`No receiver of a webhook "${webhook}" has answered 410, so there is nothing to do.`)
  print(
    `The webhook ${webhook} is sent again. What was given up meanwhile: unblink webhooks retry --all --webhook ${webhook}`,
  )
}

const ACTIONS = { list, show, retry, enable }

/** `unblink webhooks` of a data folder. Works beside a running server. */
export function runWebhooks([action = '', ...args]: string[]): void {
  const isAction = Object.hasOwn(ACTIONS, action)
  const { flags, name } = readFlags(isAction || action === 'secret' ? args : [action, ...args], WEBHOOKS_OPTIONS, true)
  if (flags.help) return void process.stdout.write(WEBHOOKS_USAGE)
  if (action === 'secret') return print(`whsec_${randomBytes(32).toString('base64')}`)
  if (!isAction) throw new UsageError(`Say what to do: unblink webhooks ${Object.keys(ACTIONS).join(', ')} or secret.`)
  const database = openLog(flags.data)
  try {
    ACTIONS[action as keyof typeof ACTIONS](database, flags, name)
  } finally {
    database.close()
  }
}
