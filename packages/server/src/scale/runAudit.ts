import { jetstream, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream'
import { AUDIT_OPTIONS, AUDIT_USAGE, formatAuditLine, parseSince } from '../commands/formatAuditLine.ts'
import { readFlags } from '../commands/readFlags.ts'
import { UsageError } from '../commands/UsageError.ts'
import type { LogRecord } from '../log.ts'
import { toSubject } from '../privacy/createAudit.ts'
import { connectNats } from './connectNats.ts'
import { createBucket } from './createBucket.ts'
import { parseAudit, SALT_KEY } from './createScaleAudit.ts'
import { getNames } from './getNames.ts'
import { readMessages } from './readMessages.ts'
import { readScaleFlags } from './readScaleFlags.ts'

const MANAGE_MS = 10_000
/** NATS' own code, https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const NOT_FOUND = 10_059

const log = ({ code, message }: LogRecord) => void process.stderr.write(`${code}: ${message}\n`)

/** `unblink audit` of a cluster. Reads, and changes nothing. */
export async function runAudit(args: string[]): Promise<void> {
  const { flags } = readFlags(args, AUDIT_OPTIONS)
  if (flags.help) return void process.stdout.write(AUDIT_USAGE)
  const scale = readScaleFlags({ nats: flags.nats })
  if (!scale) throw new UsageError('Say which cluster to read: --nats URLS, like --nats nats://127.0.0.1:4222.')
  const { site, subject, action } = flags
  if (site === undefined) throw new UsageError('Say whose audit to read: --site ID, as in the site config.')
  const since = parseSince(flags.since)
  const { connection } = await connectNats(scale, log, 'unblink audit')
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: MANAGE_MS })
    const names = getNames({ namespace: 'unblink', site, fold: 1 })
    const control = createBucket({ manager, client: jetstream(connection), name: names.control })
    await manager.streams.info(names.audit).catch((error: unknown) => {
      if (!(error instanceof JetStreamApiError) || error.code !== NOT_FOUND) throw error
      throw new Error(`There is no audit of the site "${site}" on this cluster. Give --site its id in the site config.`)
    })
    const salt = (await control.get(SALT_KEY))?.text ?? ''
    const wanted = subject === undefined ? undefined : toSubject(salt, subject)
    for await (const message of readMessages({ manager, stream: names.audit })) {
      const record = parseAudit(message.string())
      if (!record || record.at < since) continue
      if (action !== undefined && record.action !== action) continue
      if (wanted !== undefined && record.subject !== wanted) continue
      process.stdout.write(formatAuditLine({ ...record, site }, flags.json === true))
    }
  } finally {
    await connection.close()
  }
}
