import { randomUUID } from 'node:crypto'
import type { Database } from '../store/openDatabase.ts'

/** One message on its way. */
export interface OutboxRow {
  /** The order in which they were put here. */
  readonly position: number
  readonly id: string
  readonly webhook: string
  /** Whom it is about: the id of a visitor, or the key of a user. */
  readonly subject: string
  /** When what it tells happened, epoch milliseconds. */
  readonly at: number
  readonly body: string
  /** `ready`: to be sent at `next`. `behind`: an earlier message about the same subject goes first. `dead`: given up at `next`. */
  readonly state: 'ready' | 'behind' | 'dead'
  readonly attempts: number
  readonly next: number
  /** What became of the last attempt; null before the first. */
  readonly error: string | null
}

/** What a message is known by. */
export type RowName = Pick<OutboxRow, 'position' | 'id' | 'webhook' | 'subject'>

/**
 * The messages that are to be sent, kept in the database: put there in the transaction that has made them true, and gone when
 * the receiver has them. Synchronous; writes belong inside a writer's job.
 */
export interface Outbox {
  /** `id` comes to be `webhook-id`: made here, once, whatever happens to the message later. */
  add(message: {
    readonly webhook: string
    readonly subject: string
    readonly at: number
    readonly body: string
    readonly now: number
  }): void
  get(position: number): OutboxRow | undefined
  /** Messages that may be sent at a moment, at most one about each subject. */
  getReady(webhook: string, at: number, limit: number): readonly OutboxRow[]
  /** It has arrived: it goes, and the next one about the same subject may. */
  deliver(row: RowName, now: number): void
  postpone(row: RowName, next: number, error: string): void
  /** It is given up, and kept to be looked at; the next one about the same subject may go. */
  bury(row: RowName, now: number, error: string): void
  /** Gives up what webhooks of other names are still to send, at most `limit`; returns how many. */
  buryOthers(webhooks: readonly string[], now: number, limit: number): number
  /** Deletes what was given up before a moment, at most `limit`; returns how many. */
  deleteBuriedBefore(at: number, limit: number): number
  deleteSubject(subject: string): void
  /** How many messages there are, by webhook and state. */
  count(): readonly { readonly webhook: string; readonly isDead: boolean; readonly count: number }[]
  /** The address that has said it is gone, while the webhook is held for it. */
  getGone(webhook: string): string | undefined
  setGone(webhook: string, url: string, at: number): void
}

/** Where a sender finds what is to be sent, wherever that is kept; what it writes, it writes inside a writer's job. */
export interface SentOutbox {
  getReady(webhook: string, at: number, limit: number): readonly RowName[]
  get(position: number): OutboxRow | undefined | Promise<OutboxRow | undefined>
  deliver(row: RowName, now: number): void
  postpone(row: RowName, next: number, error: string): void
  bury(row: RowName, now: number, error: string): void
  getGone(webhook: string): string | undefined | Promise<string | undefined>
  setGone(webhook: string, url: string, at: number): void
}

type Row = Omit<OutboxRow, 'subject'> & { readonly visitor: string; readonly site: string }

const toOutboxRow = ({ visitor, site: _site, ...row }: Row): OutboxRow => ({ ...row, subject: visitor })

export function createOutbox(database: Database.Database, site: string): Outbox {
  const prepare = (sql: string) => database.prepare(sql)
  const insert = prepare(
    `INSERT INTO webhook_outbox (site, webhook, visitor, id, at, body, state, attempts, next)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN EXISTS (
       SELECT 1 FROM webhook_outbox WHERE site = ?1 AND visitor = ?3 AND webhook = ?2 AND state <> 'dead'
     ) THEN 'behind' ELSE 'ready' END, 0, ?7)`,
  )
  const select = prepare('SELECT * FROM webhook_outbox WHERE position = ?')
  const selectReady = prepare(
    `SELECT * FROM webhook_outbox WHERE site = ? AND webhook = ? AND state = 'ready' AND next <= ?
     ORDER BY next, position LIMIT ?`,
  )
  const remove = prepare('DELETE FROM webhook_outbox WHERE position = ?')
  const promote = prepare(
    `UPDATE webhook_outbox SET state = 'ready', next = ? WHERE position = (
       SELECT position FROM webhook_outbox WHERE site = ? AND visitor = ? AND webhook = ? AND state = 'behind'
       ORDER BY position LIMIT 1
     )`,
  )
  const update = prepare(
    'UPDATE webhook_outbox SET state = ?, attempts = attempts + 1, next = ?, error = ? WHERE position = ?',
  )
  const buryOthers = prepare(
    `UPDATE webhook_outbox SET state = 'dead', next = ?, error = 'the site declares no webhook of this name'
     WHERE position IN (SELECT position FROM webhook_outbox
       WHERE site = ? AND state <> 'dead' AND webhook NOT IN (SELECT value FROM json_each(?)) LIMIT ?)`,
  )
  const deleteBuried = prepare(
    `DELETE FROM webhook_outbox WHERE position IN
       (SELECT position FROM webhook_outbox WHERE site = ? AND state = 'dead' AND next < ? LIMIT ?)`,
  )
  const deleteSubject = prepare('DELETE FROM webhook_outbox WHERE site = ? AND visitor = ?')
  const selectCounts = prepare(
    `SELECT webhook, state = 'dead' AS dead, COUNT(*) AS count FROM webhook_outbox WHERE site = ? GROUP BY 1, 2`,
  )
  const selectGone = prepare('SELECT url FROM webhook_gone WHERE site = ? AND webhook = ?')
  const replaceGone = prepare('INSERT OR REPLACE INTO webhook_gone (site, webhook, url, at) VALUES (?, ?, ?, ?)')

  return {
    add({ webhook, subject, at, body, now }) {
      insert.run(site, webhook, subject, `msg_${randomUUID()}`, at, body, now)
    },
    get(position) {
      const row = select.get(position) as Row | undefined
      return row && toOutboxRow(row)
    },
    getReady: (webhook, at, limit) => (selectReady.all(site, webhook, at, limit) as Row[]).map(toOutboxRow),
    deliver({ position, subject, webhook }, now) {
      remove.run(position)
      promote.run(now, site, subject, webhook)
    },
    postpone({ position }, next, error) {
      update.run('ready', next, error, position)
    },
    bury({ position, subject, webhook }, now, error) {
      update.run('dead', now, error, position)
      promote.run(now, site, subject, webhook)
    },
    buryOthers: (webhooks, now, limit) => buryOthers.run(now, site, JSON.stringify(webhooks), limit).changes,
    deleteBuriedBefore: (at, limit) => deleteBuried.run(site, at, limit).changes,
    deleteSubject(subject) {
      deleteSubject.run(site, subject)
    },
    count: () =>
      (selectCounts.all(site) as { webhook: string; dead: number; count: number }[]).map(
        ({ webhook, dead, count }) => ({ webhook, isDead: dead === 1, count }),
      ),
    getGone: (webhook) => (selectGone.get(site, webhook) as { url: string } | undefined)?.url,
    setGone(webhook, url, at) {
      replaceGone.run(site, webhook, url, at)
    },
  }
}
