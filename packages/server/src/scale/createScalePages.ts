import type { JetStreamManager } from '@nats-io/jetstream'
import type { ExportLog } from '../export/exportLog.ts'
import type { Site } from '../site/site.ts'
import type { Names } from './getNames.ts'
import { readEventPages } from './readEventPages.ts'
import { readProfilePages } from './readProfilePages.ts'

export interface ScalePagesOptions {
  readonly manager: JetStreamManager
  readonly names: Names
  /** The key of pseudonyms. */
  readonly salt: string
  readonly getSite: () => Site
}

/** Sequence of the last message of the stream: everything up to there is on as many servers as the stream has replicas. */
export const getLastSequence = async (manager: JetStreamManager, { events }: Names): Promise<number> =>
  (await manager.streams.info(events)).state.last_seq

/** Reads a dataset of a cluster a page at a time. */
export const createScalePages =
  ({ manager, names, salt, getSite }: ScalePagesOptions): ExportLog['createPages'] =>
  (selection, size) =>
    selection.dataset === 'profiles'
      ? readProfilePages({ manager, names, salt, site: getSite(), ...selection }, size)
      : readEventPages({ manager, names, salt, ...selection }, size)
