import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { toSubject } from '../privacy/createAudit.ts'
import { AUDIT_OPTIONS, AUDIT_USAGE, formatAuditLine, parseSince, type AuditRow } from './formatAuditLine.ts'
import { readFlags } from './readFlags.ts'
import { UsageError } from './UsageError.ts'

/** `unblink audit` of a data folder. Reads beside a running server, and changes nothing. */
export function runAudit(args: string[]): void {
  const { flags } = readFlags(args, AUDIT_OPTIONS)
  if (flags.help) return void process.stdout.write(AUDIT_USAGE)
  if (flags.data === undefined)
    throw new UsageError('Say where the audit is: --data DIR, as for unblink serve, or --nats URLS for a cluster.')
  const since = parseSince(flags.since)
  const file = join(flags.data, 'unblink.db')
  if (!existsSync(file)) throw new Error(`There is no ${file}. Give --data the folder that unblink serve was given.`)
  const database = new Database(file, { readonly: true })
  try {
    const salts = database.prepare('SELECT site, salt FROM salts').all() as { site: string; salt: string }[]
    const { subject } = flags
    const wanted = subject === undefined ? undefined : new Set(salts.map(({ salt }) => toSubject(salt, subject)))
    const rows = database
      .prepare('SELECT site, at, actor, action, subject FROM audit WHERE at >= ? ORDER BY id')
      .all(since) as AuditRow[]
    for (const row of rows) {
      if (flags.site !== undefined && row.site !== flags.site) continue
      if (flags.action !== undefined && row.action !== flags.action) continue
      if (wanted && !wanted.has(row.subject)) continue
      process.stdout.write(formatAuditLine(row, flags.json === true))
    }
  } finally {
    database.close()
  }
}
