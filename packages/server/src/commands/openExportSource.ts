import { userInfo } from 'node:os'
import type { Dataset } from '../export/columns.ts'
import { getLastPosition } from '../export/createPages.ts'
import { createExportLog, type ExportLog } from '../export/exportLog.ts'
import { createAudit } from '../privacy/createAudit.ts'
import type { ScaleOptions } from '../scale/openScale.ts'
import type { Site } from '../site/site.ts'
import { openLog } from './openLog.ts'

/** What `unblink export` reads. */
export interface ExportSource extends Pick<ExportLog, 'createPages'> {
  readonly name: 'database' | 'cluster'
  /** See `ExportState`. */
  readonly stream?: string
  /** Notes who exports, and tells how far the log goes: everything up to there is on the disk then. */
  begin(dataset: Dataset): Promise<number>
  close(): Promise<void>
}

/** A server that writes is waited for. */
const BUSY_MS = 10_000

const makeRecord = (about: Dataset) => ({
  ...{ at: Date.now(), actor: `command:${userInfo().username}`, action: 'bulk_export' as const },
  about,
})

function openDatabaseSource(folder: string | undefined, { id: site }: Site): ExportSource {
  const database = openLog(folder)
  return {
    name: 'database',
    createPages: createExportLog(database, site).createPages,
    begin(dataset) {
      database.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA synchronous = FULL`)
      const audit = createAudit(database, site)
      database.exec('BEGIN IMMEDIATE')
      try {
        audit.add(makeRecord(dataset))
        const last = getLastPosition(database)
        database.exec('COMMIT')
        return Promise.resolve(last)
      } catch (error) {
        database.exec('ROLLBACK')
        throw error
      }
    },
    close() {
      database.close()
      return Promise.resolve()
    },
  }
}

async function openClusterSource(scale: ScaleOptions, site: Site): Promise<ExportSource> {
  // The client of NATS is loaded by those who use it.
  const { openExport } = await import('../scale/openExport.ts')
  const { begin, ...source } = await openExport(scale, site)
  return { name: 'cluster', ...source, begin: (dataset) => begin(makeRecord(dataset)) }
}

/** Opens a cluster when there is one, else the database in a folder. Rejects with what to do when that cannot be read. */
export const openExportSource = async (
  scale: ScaleOptions | undefined,
  folder: string | undefined,
  site: Site,
): Promise<ExportSource> => (scale ? openClusterSource(scale, site) : openDatabaseSource(folder, site))
