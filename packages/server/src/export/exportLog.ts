import type { Writer } from '../store/createWriter.ts'
import type { Database } from '../store/openDatabase.ts'
import { createPages, getLastPosition, type Page, type Selection } from './createPages.ts'

/** A selection, and the position of the last event to be read: those committed meanwhile are the next export's. */
export type BoundSelection = Selection & { readonly last: number }

/** What exports are read from: the database of one server, or a cluster. */
export interface ExportLog {
  /**
   * Puts down who exports, and tells the position of the last event; all up to there is on the disk. Undefined when it could not be
   * put down. Rejects when the position cannot be told.
   * @param note Belongs into a writer's job.
   */
  begin(writer: Writer, note: () => void): Promise<number | undefined>
  /** @param size Events or profiles looked at for one page. */
  createPages(selection: BoundSelection, size: number): Iterable<Page> | AsyncIterable<Page>
}

export const createExportLog = (database: Database.Database, site: string): ExportLog => ({
  async begin(writer, note) {
    const noted = await writer.write(() => {
      note()
      return getLastPosition(database)
    }, 0)
    return noted.type === 'written' ? noted.value : undefined
  },
  createPages: (selection, size) => createPages({ database, site, ...selection }, size),
})
