import { randomUUID } from 'node:crypto'
import { jetstream, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream'
import type { ExportLog } from '../export/exportLog.ts'
import type { LogRecord } from '../log.ts'
import { toSubject, type AuditRecord } from '../privacy/createAudit.ts'
import type { Site } from '../site/site.ts'
import { connectNats } from './connectNats.ts'
import { createBucket } from './createBucket.ts'
import { formatAudit, readSalt } from './createScaleAudit.ts'
import { createScalePages, getLastSequence } from './createScalePages.ts'
import { getNames } from './getNames.ts'
import type { ScaleOptions } from './openScale.ts'

/** A cluster, for a command that exports from it. */
export interface ScaleExport extends Pick<ExportLog, 'createPages'> {
  /** The name of the stream, whose cursors are of no use elsewhere. */
  readonly stream: string
  /** Puts down who exports, then tells the position of the last event. */
  begin(record: Omit<AuditRecord, 'subject'> & { readonly about: string }): Promise<number>
  close(): Promise<void>
}

const MANAGE_MS = 10_000
/** NATS' own code, https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const NOT_FOUND = 10_059

const log = ({ code, message }: LogRecord) => void process.stderr.write(`${code}: ${message}\n`)

/** Connects to a cluster on which the site is. Rejects with what to do when it is not, or NATS cannot be reached. */
export async function openExport(scale: ScaleOptions, site: Site): Promise<ScaleExport> {
  const { fold = 1, namespace = 'unblink' } = scale
  const names = getNames({ namespace, site: site.id, fold })
  const { connection } = await connectNats(scale, log, 'unblink export')
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: MANAGE_MS })
    await manager.streams.info(names.events).catch((error: unknown) => {
      if (!(error instanceof JetStreamApiError) || error.code !== NOT_FOUND) throw error
      throw new Error(
        `There are no events of the site "${site.id}" on this cluster. Is it the config that its servers have?`,
      )
    })
    const client = jetstream(connection, { timeout: MANAGE_MS })
    const salt = await readSalt(createBucket({ manager, client, name: names.control }))
    return {
      stream: names.events,
      async begin({ about, ...record }) {
        const text = formatAudit({ ...record, subject: toSubject(salt, about) })
        await client.publish(names.getAuditSubject(record.action), text, { msgID: randomUUID() })
        return getLastSequence(manager, names)
      },
      createPages: createScalePages({ manager, names, salt, getSite: () => site }),
      close: () => connection.close(),
    }
  } catch (error) {
    await connection.close()
    throw error
  }
}
