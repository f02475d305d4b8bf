import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { toSubject, type AuditRecord } from '../privacy/createAudit.ts'
import { readFlags } from './readFlags.ts'
import { UsageError } from './UsageError.ts'

const USAGE = `unblink audit: print who identified, exported, erased or described visitors, and when

  --data DIR      folder of the database (required)
  --site ID       of one site only (default: all)
  --subject ID    about this visitor or user only
  --action A      identify, log_out, unmerge, export, erase or attributes only
  --since TIME    from this moment on, like 2030-01-31T09:00:00Z (default: all there is)
  --json          a line of JSON for each record
  --help          this text

One record a line: time, site, who (the id of a key, of the key that signed a proof, or the visitor), what, and about whom.
The last is a name that only the id and this database give, so that nobody who was erased is named: --subject finds it.
`

const OPTIONS = {
  data: { type: 'string' },
  site: { type: 'string' },
  subject: { type: 'string' },
  action: { type: 'string' },
  since: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

interface Row extends AuditRecord {
  readonly site: string
}

function parseTime(text: string | undefined): number {
  if (text === undefined) return 0
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new UsageError(`--since ${text}: expected a time like 2030-01-31T09:00:00Z.`)
  return at
}

/** `unblink audit`. Reads beside a running server, and changes nothing. */
export function runAudit(args: string[]): void {
  const { flags } = readFlags(args, OPTIONS)
  if (flags.help) return void process.stdout.write(USAGE)
  if (flags.data === undefined) throw new UsageError('Say where the database is: --data DIR, as for unblink serve.')
  const since = parseTime(flags.since)
  const file = join(flags.data, 'unblink.db')
  if (!existsSync(file)) throw new Error(`There is no ${file}. Give --data the folder that unblink serve was given.`)
  const database = new Database(file, { readonly: true })
  try {
    const salts = database.prepare('SELECT site, salt FROM salts').all() as { site: string; salt: string }[]
    const { subject } = flags
    const wanted = subject === undefined ? undefined : new Set(salts.map(({ salt }) => toSubject(salt, subject)))
    const rows = database
      .prepare('SELECT site, at, actor, action, subject FROM audit WHERE at >= ? ORDER BY id')
      .all(since) as Row[]
    for (const { site, at, actor, action, subject: about } of rows) {
      if (flags.site !== undefined && site !== flags.site) continue
      if (flags.action !== undefined && action !== flags.action) continue
      if (wanted && !wanted.has(about)) continue
      const time = new Date(at).toISOString()
      const line = flags.json
        ? JSON.stringify({ time, site, actor, action, subject: about })
        : `${time} ${site} ${actor} ${action} ${about}`
      process.stdout.write(`${line}\n`)
    }
  } finally {
    database.close()
  }
}
