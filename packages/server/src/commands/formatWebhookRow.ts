import { UsageError } from './UsageError.ts'

export const WEBHOOKS_USAGE = `unblink webhooks: look after the messages that tell others about visitors

  unblink webhooks list --data DIR         how many wait, and which have failed
  unblink webhooks show ID --data DIR      one message: what it says, and why it has failed
  unblink webhooks retry ID --data DIR     send a message again, now
  unblink webhooks retry --all --data DIR  send all again that were given up (--webhook NAME: those of one webhook)
  unblink webhooks enable NAME --data DIR  send again to a receiver that has answered 410
  unblink webhooks secret                  print a new secret, for the site config

  --data DIR      folder of the database
  --nats URLS     instead: the cluster, like nats://a:4222,nats://b:4222; also UNBLINK_NATS. Needs --site
  --site ID       of one site only (default: all)
  --webhook NAME  of one webhook only (default: all)
  --limit N       list at most so many failed messages (default 100)
  --json          lines of JSON
  --help          this text

Works beside a running server, which sees what was changed within a few seconds. A message is tried 20 times in about three
days, then given up and kept for 30 days. Each has one id for ever, so that a receiver knows what it has had.
`

export const WEBHOOKS_OPTIONS = {
  data: { type: 'string' },
  nats: { type: 'string' },
  site: { type: 'string' },
  webhook: { type: 'string' },
  limit: { type: 'string', default: '100' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

/** A message, wherever it is kept. Times are epoch milliseconds. */
export interface WebhookRow {
  readonly site: string
  readonly webhook: string
  /** The id of a visitor, or the key of a user. */
  readonly visitor: string
  readonly id: string
  readonly at: number
  readonly body: string
  /** See `OutboxRow`. */
  readonly state: string
  readonly attempts: number
  readonly next: number
  readonly error: string | null
}

const toTime = (at: number) => new Date(at).toISOString()

const describeState = ({ state, next, attempts }: WebhookRow) => {
  if (state === 'dead') return `given up ${toTime(next)}`
  if (state === 'behind') return 'waits for an earlier message about the same visitor'
  return attempts === 0 ? 'waits to be sent' : `tried again at ${toTime(next)}`
}

/** One line. */
export const formatRow = (row: WebhookRow): string =>
  `${row.id} ${row.webhook} ${row.attempts} attempts, ${describeState(row)}: ${row.error ?? 'not tried yet'}`

/** Several lines: all there is to know of it. */
export const describeRow = (row: WebhookRow): string =>
  [
    `${row.id} of ${row.site}, webhook ${row.webhook}`,
    `happened ${toTime(row.at)}; ${row.attempts} attempts, ${describeState(row)}`,
    ...(row.error === null ? [] : [`last: ${row.error}`]),
    JSON.stringify(JSON.parse(row.body), undefined, 2),
  ].join('\n')

/** For `--json`. */
export const toPlainRow = ({ site, webhook, visitor, id, at, body, state, attempts, next, error }: WebhookRow) => ({
  ...{ site, webhook, visitor, id, at: toTime(at) },
  ...{ body: JSON.parse(body) as unknown, state, attempts, next: toTime(next), error },
})

export function parseLimit(limit: string): number {
  if (!/^\d{1,6}$/.test(limit)) throw new UsageError(`--limit ${limit}: expected a number, like 100.`)
  return Number(limit)
}
