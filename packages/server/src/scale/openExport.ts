import { randomUUID } from 'node:crypto'
import { jetstream } from '@nats-io/jetstream'
import type { ExportLog } from '../export/exportLog.ts'
import { toSubject, type AuditRecord } from '../privacy/createAudit.ts'
import type { Site } from '../site/site.ts'
import { connectToSite } from './connectToSite.ts'
import { createBucket } from './createBucket.ts'
import { formatAudit, readSalt } from './createScaleAudit.ts'
import { createScalePages, getLastSequence } from './createScalePages.ts'
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

/** Connects to a cluster on which the site is. Rejects with what to do when it is not, or NATS cannot be reached. */
export async function openExport(scale: ScaleOptions, site: Site): Promise<ScaleExport> {
  const { connection, manager, names } = await connectToSite(scale, site.id, 'unblink export')
  try {
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
