import type { JetStreamManager, JsMsg } from '@nats-io/jetstream'
import type { JsonObject } from '@unblink/protocol'
import { createPseudonym } from '../export/createPseudonym.ts'
import { getWantedTypes, isInside, type Page } from '../export/createPages.ts'
import type { Row } from '../export/columns.ts'
import type { BoundSelection } from '../export/exportLog.ts'
import { toEventRow } from '../export/toEventRow.ts'
import { createHistory, toVisitorMessage } from './createHistory.ts'
import { createRecentIds, type RecentIds } from './createRecentIds.ts'
import { findNext } from './findNext.ts'
import type { Names } from './getNames.ts'
import { parseLogMessage, type LogMessage } from './logMessage.ts'
import { findSequence, readStream } from './readStream.ts'

export interface EventPagesInput extends BoundSelection {
  readonly manager: JetStreamManager
  readonly names: Names
  /** The key of pseudonyms. */
  readonly salt: string
}

/** The clocks of servers differ by less, and a message is in the stream sooner. */
const SLACK_MS = 3_600_000
/** So much of what came before is read, too: by then most sessions have begun, and repeats of nobody's events are known. */
const BEFORE_MS = 5_400_000

const isFirst = (recent: RecentIds, read: LogMessage) => read.type === 'event' && recent.add(read.stored.event.i)

/** Where to begin reading, to know enough of what came before `first`; undefined when nothing comes from there on. */
async function findStart({ manager, names }: EventPagesInput, first: number) {
  const { state } = await manager.streams.info(names.events)
  const message = await findNext(manager, names.events, names.eventSubjects, first)
  if (!message) return undefined
  const seq =
    first <= state.first_seq
      ? first
      : Math.min(first, await findSequence(manager, names.events, message.time.getTime() - BEFORE_MS))
  return { seq, isWhole: seq <= state.first_seq }
}

/** The stream in its order, as the rows that the embedded database has; a position is the sequence in the stream. */
export async function* readEventPages(input: EventPagesInput, size: number): AsyncGenerator<Page> {
  const { manager, names, salt, last, from, to, after = 0, isPseudonymous } = input
  const toId = isPseudonymous ? createPseudonym(salt, 'export') : (id: string) => id
  const wanted = getWantedTypes(input)
  const begun = from === undefined ? 0 : await findSequence(manager, names.events, from - SLACK_MS)
  const first = Math.max(after + 1, begun)
  const start = await findStart(input, first)
  if (!start) return
  const history = createHistory({ manager, stream: names.events, isWhole: start.isWhole })
  const recent = createRecentIds()

  const isOfVisitor = ({ subject }: JsMsg) => names.readVisitor(subject) !== undefined

  const toRow = (seq: number, visitor: string | undefined, session: number | undefined, read: LogMessage): Row[] => {
    if (read.type !== 'event') return []
    const { event, receivedAt: received, isBot = false } = read.stored
    const { i: id, pv: view, n, t: type, at, lo: location } = event
    if (!wanted.has(type) || !isInside(received, input)) return []
    const columns = { position: seq, id, view, seq: n, type, at, received, location, bot: isBot ? 1 : 0 }
    const payload = event.p as unknown as JsonObject
    return [toEventRow(columns, payload, visitor === undefined ? undefined : toId(visitor), session)]
  }

  const range = { manager, stream: names.events, subject: names.eventSubjects, from: start.seq, last, size }
  for await (const piece of readStream(range)) {
    const before = piece.filter(({ seq }) => seq < first)
    await history.trace(before.filter(isOfVisitor).map(toVisitorMessage), false)
    for (const one of before.filter((message) => !isOfVisitor(message))) isFirst(recent, parseLogMessage(one.string()))
    const messages = piece.slice(before.length)
    const ofVisitors = messages.filter(isOfVisitor).map(toVisitorMessage)
    const traced = await history.trace(ofVisitors)
    const bySeq = new Map(ofVisitors.map((one, index) => [one.seq, { ...one, ...traced[index]! }]))
    const rows = messages.flatMap((message): Row[] => {
      const { seq, subject } = message
      const known = bySeq.get(seq)
      if (known) return known.isRepeat ? [] : toRow(seq, names.readVisitor(subject), known.session, known.message)
      const read = parseLogMessage(message.string())
      return isFirst(recent, read) ? toRow(seq, undefined, undefined, read) : []
    })
    const { seq: position, time } = piece.at(-1)!
    yield { rows, position, share: Math.max(0, position - first + 1) / Math.max(1, last - first + 1) }
    if (to !== undefined && time.getTime() > to + SLACK_MS) return
  }
}
