import type { JetStreamManager, JsMsg } from '@nats-io/jetstream'
import type { AnyEvent } from '@unblink/protocol'
import { goOn, type Session } from '../export/createSessions.ts'
import { VISIT_GAP_MS } from '../profile/fold.ts'
import { findNext } from './findNext.ts'
import { addSeen } from './foldedState.ts'
import { parseLogMessage, type LogMessage } from './logMessage.ts'
import { findSequence } from './readStream.ts'

export interface HistoryOptions {
  readonly manager: JetStreamManager
  readonly stream: string
  /** Whether the first message told of is the first of the stream: then there is nothing to look up. @default false */
  readonly isWhole?: boolean
  /** Visitors remembered. @default 200 000 */
  readonly max?: number
}

/** A message of a visitor. */
export interface VisitorMessage {
  readonly seq: number
  readonly subject: string
  readonly message: LogMessage
  /** When the stream got it, epoch milliseconds. */
  readonly time: number
}

export const toVisitorMessage = (message: JsMsg): VisitorMessage => ({
  seq: message.seq,
  subject: message.subject,
  message: parseLogMessage(message.string()),
  time: message.time.getTime(),
})

/** What follows for an event from what came before. */
export interface Traced {
  /** The stream had this event before: pages send again what was not acknowledged. */
  readonly isRepeat: boolean
  /** When the visitor's session began, epoch milliseconds; undefined for what is no event of a page. */
  readonly session: number | undefined
}

/**
 * What came before in the stream, for those who read it to hand it on: which events came twice, and where sessions begin. What
 * came before reading began is looked up where it can matter: for events that are late, and for sessions that may have been on.
 */
export interface History {
  /**
   * Tells of messages in the order of the stream, all of their visitors' without leaving one out. Told of the same again, it looks up
   * what came before them. Rejects when NATS does not answer; then the same are to be told again.
   * @param isWanted What follows for others may be wrong; they are told of so that less has to be looked up. @default true
   */
  trace(messages: readonly VisitorMessage[], isWanted?: boolean): Promise<readonly Traced[]>
}

/** What is known of a visitor. Times are epoch milliseconds. */
interface State {
  /** Sequence of the last message looked at, and when it came. */
  readonly position: number
  readonly time: number
  /** Everything that came from then on is known. */
  readonly since: number
  readonly seen: string
  readonly session: Session | undefined
  /** Whether the session cannot have begun before `since`. */
  readonly isSure: boolean
}

/** Pages deliver, and repeat what was not acknowledged, for seven days: nothing older matters to what comes now. */
const LOOKED_BACK_MS = 8 * 86_400_000
/** How far to look back is worked out anew so often, by the time of the messages. */
const STEP_MS = 3_600_000
/** By so much the clocks of servers may differ, and the time of a repeated event from that of the first. */
const SLACK_MS = 60_000
const MAX_OPEN = 32
/** Of all remembered visitors together: 8 for each event. */
const MAX_SEEN_CHARS = 32_000_000

/** A hook's delivery makes the id of its event; all others begin with the time, as UUIDs of version 7 do. */
const getIdTime = (id: string) => parseInt(id.replace('-', '').slice(0, 12), 16)

/** Whether no session that was on before `since` can go on with an event. */
const isAfter = ({ at }: AnyEvent, since: number) => at >= since + VISIT_GAP_MS + SLACK_MS

/** Whether what came before `since` may matter to an event. */
function isOpen({ since, session, isSure }: State, event: AnyEvent, time: number): boolean {
  if (since === -Infinity) return false
  if (event.t === 'attributes') {
    const madeAt = getIdTime(event.i)
    return madeAt < since + SLACK_MS || madeAt > time + SLACK_MS
  }
  if (event.at < since + SLACK_MS) return true
  if (isSure) return false
  return !isAfter(event, since) || (session !== undefined && event.at - session.lastAt <= VISIT_GAP_MS)
}

function step(state: State, { seq: position, time, message }: VisitorMessage): State & { readonly isRepeat: boolean } {
  const next = { ...state, position, time, isRepeat: false }
  // What an erased visitor does from then on is the first that is known of them.
  if (message.type === 'erase') return { ...next, since: -Infinity, seen: '', session: undefined, isSure: true }
  if (message.type !== 'event') return next
  const { event } = message.stored
  const seen = addSeen(state.seen, event.i)
  if (seen === undefined) return { ...next, isRepeat: true }
  if (event.t === 'attributes') return { ...next, seen }
  const { session: before, since } = state
  const session = goOn(before, event.at, position)
  const isNew = session.startedAt !== before?.startedAt
  const isSure = state.isSure || (isNew && isAfter(event, since))
  return { ...next, seen, session, isSure }
}

export function createHistory({ manager, stream, isWhole = false, max = 200_000 }: HistoryOptions): History {
  const states = new Map<string, State>()
  let seenChars = 0
  /** Who is not remembered has not come from then on. */
  let since = isWhole ? -Infinity : undefined
  let lookedBack: { readonly time: number; readonly seq: number } | undefined

  const keep = (subject: string, state: State) => {
    seenChars += state.seen.length - (states.get(subject)?.seen.length ?? 0)
    states.delete(subject)
    states.set(subject, state)
  }

  const forget = () => {
    while (states.size > max || seenChars > MAX_SEEN_CHARS) {
      const [oldest] = states
      if (!oldest) return
      states.delete(oldest[0])
      seenChars -= oldest[1].seen.length
      since = Math.max(since ?? -Infinity, oldest[1].time)
    }
  }

  /** By time, and therefore the same wherever reading begins. */
  const findBeginning = async (time: number): Promise<number> => {
    if (!lookedBack || Math.abs(time - lookedBack.time) > STEP_MS)
      lookedBack = { time, seq: await findSequence(manager, stream, time - LOOKED_BACK_MS) }
    return lookedBack.seq
  }

  const lookUp = async ({ subject, seq, time }: VisitorMessage): Promise<State> => {
    let state: State = { ...{ position: seq - 1, time, since: -Infinity, seen: '', session: undefined }, isSure: true }
    for (let next = await findBeginning(time); next < seq;) {
      const found = await findNext(manager, stream, subject, next)
      if (!found || found.seq >= seq) break
      state = step(state, { seq: found.seq, subject, time, message: parseLogMessage(found.string()) })
      next = found.seq + 1
    }
    return state
  }

  /** Undefined when it has to be looked up what was before. */
  const follow = (from: State, messages: readonly VisitorMessage[], isWanted: boolean): Traced[] | undefined => {
    let state = from
    const traced: Traced[] = []
    for (const one of messages) {
      const event = one.message.type === 'event' ? one.message.stored.event : undefined
      if (isWanted && event && isOpen(state, event, one.time)) return undefined
      const { isRepeat, ...next } = step(state, one)
      state = next
      traced.push({ isRepeat, session: event && event.t !== 'attributes' ? state.session?.startedAt : undefined })
    }
    keep(messages[0]!.subject, state)
    return traced
  }

  return {
    async trace(messages, isWanted = true) {
      since ??= messages[0]?.time
      const bySubject = new Map<string, VisitorMessage[]>()
      for (const one of messages) {
        const list = bySubject.get(one.subject)
        if (list) list.push(one)
        else bySubject.set(one.subject, [one])
      }
      const results = new Map<number, Traced>()
      const note = (list: readonly VisitorMessage[], traced: readonly Traced[]) =>
        list.forEach(({ seq }, index) => results.set(seq, traced[index]!))
      const waiting: (readonly VisitorMessage[])[] = []
      for (const [subject, list] of bySubject) {
        const { seq, time } = list[0]!
        const unknown = { position: 0, time, since: since ?? time, seen: '', session: undefined, isSure: false }
        const state = states.get(subject) ?? unknown
        const traced = state.position < seq ? follow(state, list, isWanted) : undefined
        if (traced) note(list, traced)
        else waiting.push(list)
      }
      const work = async () => {
        for (let list = waiting.pop(); list; list = waiting.pop())
          note(list, follow(await lookUp(list[0]!), list, isWanted) ?? [])
      }
      await Promise.all(Array.from({ length: Math.min(MAX_OPEN, waiting.length) }, work))
      forget()
      return messages.map(({ seq }) => results.get(seq)!)
    },
  }
}
