import type { Database } from '../store/openDatabase.ts'
import type { Wait } from './stepWait.ts'

/** A row of the timer tables whose time has come. */
export type Due =
  | { readonly type: 'look'; readonly subject: string; readonly due: number }
  | { readonly type: 'wait'; readonly subject: string; readonly due: number; readonly webhook: string }

/**
 * What webhooks keep of somebody: the audiences that they are in (only those that a webhook names), when to look whether time has
 * changed that, and which times run. `subject` is the id of a visitor, or the key of a user (see `toUserKey`). Synchronous;
 * writes belong inside a writer's job.
 */
export interface States {
  getAudiences(subject: string): ReadonlySet<string>
  add(subject: string, audience: string, at: number): void
  remove(subject: string, audience: string): void
  getLook(subject: string): number | undefined
  /** Undefined: nothing is to be looked for. */
  setLook(subject: string, due: number | undefined): void
  getWait(subject: string, webhook: string): (Wait & { readonly due: number }) | undefined
  getWaits(subject: string): readonly (Wait & { readonly webhook: string })[]
  setWait(subject: string, webhook: string, wait: Wait, due: number): void
  deleteWait(subject: string, webhook: string): void
  /** What is due at a moment, the earliest first. */
  getDue(at: number, limit: number): readonly Due[]
  /** Memberships and the look; the times that run stay. */
  deleteAudiences(subject: string): void
  deleteWaits(subject: string): void
  /** Forgets who is in audiences that are none of these, at most `limit` rows; returns how many. */
  deleteOtherAudiences(audiences: readonly string[], limit: number): number
  /** Whether nobody is known to be in any audience. */
  isEmpty(): boolean
}

/** What it takes to find out what is to be told. */
export type NoticedStates = Omit<States, 'getDue' | 'deleteAudiences' | 'deleteOtherAudiences' | 'isEmpty'>

interface WaitRow {
  webhook: string
  since: number | null
  quiet: number
  due: number
}

const toWait = ({ since, quiet, due, webhook }: WaitRow) => ({ since: since ?? undefined, quiet, due, webhook })

export function createStates(database: Database.Database, site: string): States {
  const prepare = (sql: string) => database.prepare(sql)
  const selectAudiences = prepare('SELECT audience FROM webhook_members WHERE site = ? AND visitor = ?')
  const insertMember = prepare(
    'INSERT INTO webhook_members (site, visitor, audience, since) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const deleteMember = prepare('DELETE FROM webhook_members WHERE site = ? AND visitor = ? AND audience = ?')
  const deleteMembers = prepare('DELETE FROM webhook_members WHERE site = ? AND visitor = ?')
  const selectLook = prepare('SELECT due FROM webhook_looks WHERE site = ? AND visitor = ?')
  const replaceLook = prepare('INSERT OR REPLACE INTO webhook_looks (site, visitor, due) VALUES (?, ?, ?)')
  const deleteLook = prepare('DELETE FROM webhook_looks WHERE site = ? AND visitor = ?')
  const selectWait = prepare('SELECT * FROM webhook_waits WHERE site = ? AND visitor = ? AND webhook = ?')
  const selectWaits = prepare('SELECT * FROM webhook_waits WHERE site = ? AND visitor = ?')
  const replaceWait = prepare(
    'INSERT OR REPLACE INTO webhook_waits (site, visitor, webhook, since, quiet, due) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const deleteWait = prepare('DELETE FROM webhook_waits WHERE site = ? AND visitor = ? AND webhook = ?')
  const deleteWaits = prepare('DELETE FROM webhook_waits WHERE site = ? AND visitor = ?')
  const selectDueLooks = prepare(
    'SELECT visitor, due FROM webhook_looks WHERE site = ? AND due <= ? ORDER BY due LIMIT ?',
  )
  const selectDueWaits = prepare(
    'SELECT visitor, due, webhook FROM webhook_waits WHERE site = ? AND due <= ? ORDER BY due LIMIT ?',
  )
  const selectMember = prepare('SELECT 1 FROM webhook_members WHERE site = ? LIMIT 1')
  const deleteOthers = prepare(
    `DELETE FROM webhook_members WHERE (site, visitor, audience) IN
       (SELECT site, visitor, audience FROM webhook_members
        WHERE site = ? AND audience NOT IN (SELECT value FROM json_each(?)) LIMIT ?)`,
  )

  return {
    getAudiences: (subject) =>
      new Set((selectAudiences.all(site, subject) as { audience: string }[]).map(({ audience }) => audience)),
    add(subject, audience, at) {
      insertMember.run(site, subject, audience, at)
    },
    remove(subject, audience) {
      deleteMember.run(site, subject, audience)
    },
    getLook: (subject) => (selectLook.get(site, subject) as { due: number } | undefined)?.due,
    setLook(subject, due) {
      if (due === undefined) deleteLook.run(site, subject)
      else replaceLook.run(site, subject, due)
    },
    getWait(subject, webhook) {
      const row = selectWait.get(site, subject, webhook) as WaitRow | undefined
      return row && toWait(row)
    },
    getWaits: (subject) => (selectWaits.all(site, subject) as WaitRow[]).map(toWait),
    setWait(subject, webhook, { since, quiet }, due) {
      replaceWait.run(site, subject, webhook, since ?? null, quiet, due)
    },
    deleteWait(subject, webhook) {
      deleteWait.run(site, subject, webhook)
    },
    getDue(at, limit) {
      const looks = (selectDueLooks.all(site, at, limit) as { visitor: string; due: number }[]).map(
        ({ visitor, due }): Due => ({ type: 'look', subject: visitor, due }),
      )
      const waits = (selectDueWaits.all(site, at, limit) as { visitor: string; due: number; webhook: string }[]).map(
        ({ visitor, due, webhook }): Due => ({ type: 'wait', subject: visitor, due, webhook }),
      )
      return [...looks, ...waits].sort((a, b) => a.due - b.due).slice(0, limit)
    },
    deleteAudiences(subject) {
      deleteMembers.run(site, subject)
      deleteLook.run(site, subject)
    },
    deleteWaits(subject) {
      deleteWaits.run(site, subject)
    },
    isEmpty: () => selectMember.get(site) === undefined,
    deleteOtherAudiences: (audiences, limit) => deleteOthers.run(site, JSON.stringify(audiences), limit).changes,
  }
}
