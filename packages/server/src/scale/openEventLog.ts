import type { JetStreamManager } from '@nats-io/jetstream'
import type { LoggedEvent, LogQuery } from '../model/readLog.ts'
import type { Site } from '../site/site.ts'
import { connectToSite } from './connectToSite.ts'
import { createHistory, toVisitorMessage } from './createHistory.ts'
import { getLastSequence } from './createScalePages.ts'
import type { Names } from './getNames.ts'
import { getStretches } from './getStretches.ts'
import type { ScaleOptions } from './openScale.ts'
import { readStream } from './readStream.ts'

/** The events of a cluster, for a command that reads them. */
export interface ClusterEvents {
  /** Sequence of the last message of the stream. */
  readonly last: number
  /** As `readLog` gives those of the embedded database; a position is the sequence in the stream. Rejects when NATS does not give all. */
  read(query: Omit<LogQuery, 'site'>): AsyncGenerator<LoggedEvent>
  close(): Promise<void>
}

/** Events of visitors in the order of the stream; those that came twice, once. */
export async function* readLoggedEvents(
  { manager, names }: { readonly manager: JetStreamManager; readonly names: Names },
  { types, visitor }: Omit<LogQuery, 'site'>,
): AsyncGenerator<LoggedEvent> {
  const { events: stream } = names
  const subject = visitor === undefined ? names.eventSubjects : names.getVisitorSubjects(visitor)
  const history = createHistory({ manager, stream, isWhole: true })
  for await (const stretch of getStretches(manager, stream))
    for await (const piece of readStream({ manager, stream, subject, ...stretch })) {
      const messages = piece.filter((one) => names.readVisitor(one.subject) !== undefined).map(toVisitorMessage)
      const traced = await history.trace(messages)
      for (const [index, { seq: position, subject: from, message }] of messages.entries()) {
        if (message.type !== 'event' || traced[index]!.isRepeat) continue
        const { event, receivedAt } = message.stored
        if (types && !types.includes(event.t)) continue
        yield { position, visitor: names.readVisitor(from)!, event, receivedAt }
      }
    }
}

/** Connects to a cluster on which the site is. Rejects with what to do when it is not, or NATS cannot be reached. */
export async function openEventLog(scale: ScaleOptions, site: Site, command: string): Promise<ClusterEvents> {
  const { connection, manager, names } = await connectToSite(scale, site.id, command)
  const last = await getLastSequence(manager, names).catch(async (error: unknown) => {
    await connection.close()
    throw error
  })
  return {
    last,
    read: (query) => readLoggedEvents({ manager, names }, query),
    close: () => connection.close(),
  }
}
