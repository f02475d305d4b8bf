import type { AuditRecord } from '../privacy/createAudit.ts'
import { UsageError } from './UsageError.ts'

/** What `unblink audit` takes, wherever the audit is kept; for `readFlags`. */
export const AUDIT_OPTIONS = {
  data: { type: 'string' },
  nats: { type: 'string' },
  site: { type: 'string' },
  subject: { type: 'string' },
  action: { type: 'string' },
  since: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

export const AUDIT_USAGE = `unblink audit: print who identified, exported, erased or described visitors, and when

  --data DIR      folder of the database (required, or a cluster)
  --nats URLS     of a cluster instead, like nats://a:4222,nats://b:4222; also UNBLINK_NATS. Needs --site
  --site ID       of one site only (default: all)
  --subject ID    about this visitor or user only
  --action A      identify, log_out, unmerge, export, bulk_export, erase or attributes only
  --since TIME    from this moment on, like 2030-01-31T09:00:00Z (default: all there is)
  --json          a line of JSON for each record
  --help          this text

One record a line: time, site, who (the id of a key, of the key that signed a proof, or the visitor), what, and about whom.
The last is a name that only the id and this database give, so that nobody who was erased is named: --subject finds it.
`

/** The moment of `--since`; 0 without one. Throws a UsageError. */
export function parseSince(text: string | undefined): number {
  if (text === undefined) return 0
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new UsageError(`--since ${text}: expected a time like 2030-01-31T09:00:00Z.`)
  return at
}

export interface AuditRow extends AuditRecord {
  readonly site: string
}

/** One record as a line of text, or of JSON. */
export function formatAuditLine({ site, at, actor, action, subject }: AuditRow, isJson: boolean): string {
  const time = new Date(at).toISOString()
  const line = isJson
    ? JSON.stringify({ time, site, actor, action, subject })
    : `${time} ${site} ${actor} ${action} ${subject}`
  return `${line}\n`
}
