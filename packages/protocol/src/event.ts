import type { Consent } from './consent.ts'
import type { Chance, Reason } from './decision.ts'
import type { JsonObject } from './json.ts'
import type { ProfileReply } from './profile.ts'

/** How a view came about. `restore` is a return from the back/forward cache. */
export type NavigationKind = 'load' | 'reload' | 'restore' | 'route'

export type SourceClass = 'direct' | 'internal' | 'search' | 'social' | 'email' | 'paid' | 'campaign' | 'referral'

/**
 * Where the visit came from. `clickId` names the kind of click id (gclid, …), never its value. The page says `internal`
 * where that is so, and the collector finds every other class.
 */
export interface TrafficSource {
  readonly class?: SourceClass
  readonly host?: string
  readonly utm?: Readonly<Record<string, string>>
  readonly clickId?: string
}

/** What the visitor could see in the slot, decided by what happened, not by what was intended. */
export type Outcome = 'variant' | 'late' | 'timeout' | 'baseline' | 'control' | 'holdout' | 'blocked' | 'error'

export interface PageView {
  readonly kind: NavigationKind
  readonly title: string
  readonly source: TrafficSource
}

/** Once per slot and view, when the outcome took effect. Times are milliseconds. */
export interface Exposure {
  readonly slot: string
  readonly experience?: string
  readonly variant?: string
  readonly outcome: Outcome
  readonly reason: Reason
  /** How long the slot's content was kept from sight; 0 when it never was. */
  readonly hiddenMs: number
  /** From the request to the usable reply; left out when none came in time. */
  readonly profileMs?: number
  /** As the decision has it. */
  readonly chance?: Chance
}

/**
 * Once per slot, view and content: it was viewable by the rule of the MRC's guidelines (https://www.iab.com/wp-content/uploads/2015/06/MRC-Viewable-Ad-Impression-Measurement-Guideline.pdf,
 * section 2): at least half of its pixels, or 30 % of a slot of 242 500 square pixels and more, for one continuous second
 * in a visible tab.
 */
export interface Impression {
  readonly slot: string
  /** What was decided and shown; left out where the slot shows its default because of a time-out or an error. */
  readonly experience?: string
  readonly variant?: string
  /** The content of a rotation, as `RotationTurn` counts them; left out before the first turn. */
  readonly index?: number
}

/** Cumulative for the view: the highest `rev` replaces all earlier ones. */
export interface Engagement {
  readonly rev: number
  /** Milliseconds in the foreground. */
  readonly visibleMs: number
  /** Foreground milliseconds with input in the last few seconds; never more than `visibleMs`. */
  readonly activeMs: number
  /** The same two of each slot that has been seen: those milliseconds in which half of it or more was in the viewport. */
  readonly slots?: Readonly<Record<string, readonly [visibleMs: number, activeMs: number]>>
}

/** Cumulative for the view. Percentages of the document's height, 0 to 100; `y` and heights in CSS pixels. */
export interface Scroll {
  readonly rev: number
  readonly maxPercent: number
  readonly maxY: number
  readonly documentHeight: number
  /** Milliseconds in which the page stood still with text in the middle of the viewport; at most 30 s of each stop. */
  readonly readMs?: number
}

/**
 * One stretch of the pointer's trail. `samples` are flat groups of four integers: milliseconds since the
 * previous sample (the first: since the view began), x and y in CSS pixels of the viewport (delta to the
 * previous sample, the first absolute), and the index into `slots` of the slot under the pointer or -1.
 * `at` holds, for samples over a slot, x and y relative to that slot's box in per mille, in the same order.
 */
export interface Pointer {
  readonly rev: number
  readonly kind: 'mouse' | 'touch' | 'pen'
  readonly viewport: readonly [width: number, height: number]
  readonly slots: readonly string[]
  readonly samples: readonly number[]
  readonly at: readonly number[]
  /**
   * Milliseconds that the pointer has dwelt in each of the viewport's `GRID_COLUMNS` × `GRID_ROWS` cells, row by row,
   * rounded to 100. Cumulative for the view: that of the highest `rev` replaces all earlier ones.
   */
  readonly grid?: readonly number[]
}

export const GRID_COLUMNS = 8
export const GRID_ROWS = 6

/**
 * `Pointer` as it crosses the wire in a third of the bytes, each list by `packNumbers`; `at` in per cent, `grid` in tenths
 * of a second. `parseBatch` turns it into the other.
 */
export interface PackedPointer extends Omit<Pointer, 'samples' | 'at' | 'grid'> {
  readonly samples: string
  readonly at: string
  readonly grid?: string
}

/**
 * `click`, `submit`: anywhere in the page. `rage`: three clicks or more within a second and 30 pixels, once a burst.
 * `dead`: a click in a slot on nothing that can be clicked, after which nothing changed for a second. `form_start`: the
 * first change of a field of a form in a slot, once per form and view.
 */
export interface Interaction {
  readonly kind: 'click' | 'submit' | 'rage' | 'dead' | 'form_start'
  readonly slot?: string
  readonly experience?: string
  readonly variant?: string
  /** Tag name in lower case, with the element's id when it has one: `a#apply`. */
  readonly target: string
  /** Path of a link, no origin for the site's own, no query. */
  readonly href?: string
}

/** Once per change of a slot that rotates; the content before the first change is the exposure's. */
export interface RotationTurn {
  readonly slot: string
  readonly experience?: string
  readonly variant?: string
  /** The content now shown: 0 is the decision's `content`, then those of its rotation in order. */
  readonly index: number
  /** `auto`: its time had come; `hand`: the visitor asked for the next. */
  readonly cause: 'auto' | 'hand'
  /** Milliseconds that the content before it was in view, in a tab that was visible. */
  readonly shownMs: number
}

export interface Conversion {
  readonly goal: string
  /** What it is worth, -1e12 to 1e12. */
  readonly value?: number
  /** The code of ISO 4217 that `value` is in, in capitals. */
  readonly currency?: string
}

/** A slot as the visitor had it, beside what the page felt like. */
export interface VitalSlot extends Pick<Exposure, 'slot' | 'experience' | 'variant' | 'outcome' | 'hiddenMs'> {
  /** The variant was put in after the default may have been painted, and not because a trigger asked for it. */
  readonly isFlicker?: boolean
}

/**
 * Web vitals of a page and what our slots have to do with them. Cumulative for the view: the highest `rev` replaces all
 * earlier ones. A value that the engine does not measure, or that is not known yet, is left out; times are milliseconds.
 */
export interface Vital {
  readonly rev: number
  readonly lcpMs?: number
  readonly fcpMs?: number
  readonly ttfbMs?: number
  readonly inpMs?: number
  /** Scores of layout shift: of the page, and the sum of those that moved something in one of our slots. */
  readonly cls?: number
  readonly slotShift?: number
  /** The slot that holds the largest paint, and the one of the slowest interaction. */
  readonly lcpSlot?: string
  readonly inpSlot?: string
  readonly slots: readonly VitalSlot[]
}

/** Facts pushed into the profile; accepted only with a server key. */
export interface AttributesChange {
  readonly set: JsonObject
}

export interface CustomEvent {
  readonly name: string
  readonly props?: JsonObject
}

export interface ErrorReport {
  readonly code: string
  readonly slot?: string
  readonly message?: string
}

/** The payload of each event type. */
export interface Payloads {
  page_view: PageView
  exposure: Exposure
  impression: Impression
  engagement: Engagement
  pointer: Pointer
  scroll: Scroll
  interaction: Interaction
  rotation: RotationTurn
  conversion: Conversion
  vital: Vital
  attributes: AttributesChange
  custom: CustomEvent
  error: ErrorReport
}

export type EventType = keyof Payloads

export const EVENT_TYPES: readonly EventType[] = [
  'page_view',
  'exposure',
  'impression',
  'engagement',
  'pointer',
  'scroll',
  'interaction',
  'rotation',
  'conversion',
  'vital',
  'attributes',
  'custom',
  'error',
]

/** One fact. Short names because thousands of these cross the wire. */
export interface Event<T extends EventType = EventType> {
  /** Id, UUIDv7: unique for ever, so a repeat is harmless. */
  readonly i: string
  /** Sequence within the view from 0, without gaps, so the collector can measure loss. */
  readonly n: number
  /** View id, UUIDv7. */
  readonly pv: string
  readonly t: T
  /** Wall clock, epoch milliseconds, as the device believes. */
  readonly at: number
  /** Monotonic milliseconds since the view began. */
  readonly mt: number
  /** Location: path and allow-listed query of the page. */
  readonly lo: string
  readonly p: Payloads[T]
}

export type AnyEvent = { [T in EventType]: Event<T> }[EventType]

/** What `track()` takes: an event before it has an id, a time and a place. */
export type EventInput =
  | { [T in EventType]: { readonly t: T; readonly p: Payloads[T] } }[EventType]
  | { readonly t: 'pointer'; readonly p: PackedPointer }

/** One request's worth of events, sent as text/plain. */
export interface Batch {
  readonly v: 1
  readonly key: string
  readonly visitor?: string
  readonly session: string
  /** Wall clock of the device at sending; beside the server's own it gives the skew. */
  readonly sentAt: number
  readonly consent: Consent
  /** How many events the client had to give up, by reason, since the last acknowledged batch. */
  readonly drops?: Readonly<Record<string, number>>
  /** On the wire, an event may leave out `pv` and `lo` where they are those of the one before it. */
  readonly events: readonly AnyEvent[]
}

/** Codes of a refused event. `schema`: malformed; `size`: too large; `scope`: the key may not send it; `consent`: not allowed to keep it. */
export type RejectCode = 'schema' | 'size' | 'scope' | 'consent'

/** The collector's acknowledgement, sent only after the commit has reached the disk. */
export interface BatchReply {
  readonly v: 1
  /** Events stored by this request. */
  readonly ok: number
  /** Events that had been stored before. */
  readonly dup: number
  readonly rej: readonly { readonly i: string; readonly c: RejectCode }[]
  /** Milliseconds to wait before the next batch; 0 for none. */
  readonly next: number
  /** Decisions for the rest of this visit, made with what these events taught. */
  readonly profile?: ProfileReply
}

export const MAX_BATCH_BYTES = 512 * 1024
export const MAX_BATCH_EVENTS = 500
export const MAX_EVENT_BYTES = 16 * 1024
