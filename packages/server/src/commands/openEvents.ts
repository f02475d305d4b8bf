import { readLog, type LoggedEvent, type LogQuery } from '../model/readLog.ts'
import { getLastPosition } from '../export/createPages.ts'
import { readScaleFlags } from '../scale/readScaleFlags.ts'
import type { Site } from '../site/site.ts'
import { createProgress } from './createProgress.ts'
import { openLog } from './openLog.ts'
import { UsageError } from './UsageError.ts'

/** The events that visitors have left, wherever a site keeps them, for a command that reads them. */
export interface EventLog {
  /**
   * Events of visitors, of each in the order in which they came, those that came twice once. Tells on stderr how far it is when that
   * takes longer than a second. Rejects when not all of them can be had.
   */
  read(query?: Omit<LogQuery, 'site'>): AsyncGenerator<LoggedEvent>
  close(): Promise<void>
}

/** For `readFlags`. */
export const EVENT_FLAGS = { data: { type: 'string' }, nats: { type: 'string' } } as const

/** For a command's help. */
export const EVENT_USAGE = `  --data DIR       folder of the database, as given to unblink serve; a server may be running on it
  --nats URLS      of a cluster instead, like nats://a:4222,nats://b:4222; also UNBLINK_NATS
`

interface Source {
  readonly last: number
  read(query: Omit<LogQuery, 'site'>): Iterable<LoggedEvent> | AsyncIterable<LoggedEvent>
  close(): Promise<void>
}

function openDatabaseEvents(folder: string | undefined, { id: site }: Site): Source {
  const database = openLog(folder)
  return {
    last: getLastPosition(database),
    read: (query) => readLog(database, { site, ...query }),
    close() {
      database.close()
      return Promise.resolve()
    },
  }
}

/** Opens a cluster when one is named or in the environment, else the database in a folder. Rejects with what to do when there is neither. */
export async function openEvents(
  { data, nats }: { readonly data?: string | undefined; readonly nats?: string | undefined },
  site: Site,
  command: string,
): Promise<EventLog> {
  if (nats !== undefined && data !== undefined)
    throw new UsageError('Events are in a database or on a cluster: give --data DIR or --nats URLS, not both.')
  const scale = readScaleFlags({ nats }, data === undefined ? process.env : {})
  // The client of NATS is loaded by those who use it.
  const source = scale
    ? await (await import('../scale/openEventLog.ts')).openEventLog(scale, site, `unblink ${command}`)
    : openDatabaseEvents(data, site)
  return {
    async *read(query = {}) {
      const progress = createProgress('events')
      let count = 0
      try {
        for await (const logged of source.read(query)) {
          progress.tell(++count, logged.position / Math.max(1, source.last))
          yield logged
        }
      } finally {
        progress.stop()
      }
    },
    close: () => source.close(),
  }
}
