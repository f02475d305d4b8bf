import type { Counts, Meetings } from '@unblink/decide'

/** What one device remembers of its visitor, in one piece: kept together, erased together. Times are epoch milliseconds. */
export interface DeviceState {
  /** When the visitor was last here: the visit ends half an hour later. */
  readonly at: number
  /** Number of this visit, and of the view in it; from 1. */
  readonly visit: number
  readonly view: number
  /** Views of this visit in each category of the site. */
  readonly categories: Readonly<Record<string, number>>
  /** When something was put into the cart, while it is neither bought nor taken out. */
  readonly cartAt?: number
  /** By the id of an experience with a cap. */
  readonly counts: Readonly<Record<string, Meetings>>
  /** By the id of an experiment. */
  readonly assignments: Readonly<Record<string, string>>
}

/** The tracker's rule, so that both speak of the same visits. */
export const VISIT_GAP_MS = 30 * 60_000

const NOTHING: DeviceState = { at: -Infinity, visit: 0, view: 0, categories: {}, counts: {}, assignments: {} }

/** The visitor's own calendar day, wherever they are. */
const getDay = (at: number) => new Date(at).toDateString()

/**
 * The state as of `now`: a visit begins 30 minutes after the last sign of the visitor, a day at their midnight, and each
 * with no counts of its own. A clock that was set back begins neither.
 */
export function rollOn(state: Partial<DeviceState>, now: number): DeviceState {
  const { at, visit, view, categories, cartAt, counts, assignments } = { ...NOTHING, ...state }
  const isNewVisit = now - at >= VISIT_GAP_MS
  const isNewDay = now > at && getDay(now) !== getDay(at)
  const keep = ({ session, day, ...others }: Meetings): Meetings => ({
    ...(session && !isNewVisit && { session }),
    ...(day && !isNewDay && { day }),
    ...others,
  })
  return {
    at: now,
    visit: visit + (isNewVisit ? 1 : 0),
    view: isNewVisit ? 0 : view,
    categories: isNewVisit ? {} : categories,
    ...(cartAt === undefined ? {} : { cartAt }),
    counts: Object.fromEntries(Object.entries(counts).map(([id, meetings]) => [id, keep(meetings)])),
    assignments,
  }
}

/**
 * One more of a kind of meeting with an experience; or one less, where an ignored one turns out to be none. What the visitor
 * saw or dismissed begins its cool-down anew.
 */
export function countMeeting(state: DeviceState, id: string, kind: keyof Counts, by = 1): DeviceState {
  const { session, day, ever, lastAt } = state.counts[id] ?? {}
  const add = (counts: Counts = {}) => ({ ...counts, [kind]: Math.max(0, (counts[kind] ?? 0) + by) })
  const metAt = kind === 'ignored' ? lastAt : state.at
  const meetings = {
    session: add(session),
    day: add(day),
    ever: add(ever),
    ...(metAt === undefined ? {} : { lastAt: metAt }),
  }
  return { ...state, counts: { ...state.counts, [id]: meetings } }
}
