import type { Condition, EventType } from '@unblink/protocol'

/** Which events an attribute is made of: those of one type, of which a condition holds. */
export interface EventSelector {
  readonly event: Exclude<EventType, 'attributes'>
  /**
   * Over the members of the event's payload (`goal`, `name`, `props.sku`, `slot`, `target`, …) and `path`, where it happened,
   * without the query. @default all of the type
   */
  readonly where?: Condition
}

interface OfValues {
  readonly on: EventSelector
  /** Where in the event the value is: `value`, `path`, `props.items.item_id`. A list on the way gives several values. */
  readonly of: string
}

interface OfNumbers extends OfValues {
  /** What is outside is not counted, and told as a fault of the data. Both ends are inside. @default any number */
  readonly range?: readonly [min: number, max: number]
}

/** How often. Read as a number. */
export interface CountAttribute {
  readonly kind: 'count'
  readonly on: EventSelector
}

/** The sum of numbers. Read as a number. */
export interface SumAttribute extends OfNumbers {
  readonly kind: 'sum'
}

/** The value of the first, or of the last. Read as that value, null when there is none. */
export interface EdgeAttribute extends OfNumbers {
  readonly kind: 'first' | 'last'
}

/** The latest different values, newest first. Read as a list. */
export interface RecentAttribute extends OfValues {
  readonly kind: 'recent'
  /** 1 to 50. */
  readonly max: number
}

/**
 * Recency, frequency, monetary value. Read as `{ days, count, value, r, f, m }`: whole days since the last (null when there is
 * none), how often, the sum of values; and the three as grades, from 1 up to one more than there are steps, 0 when there is
 * none. A higher grade is a better customer: fewer days, more often, more value.
 */
export interface RfmAttribute extends OfNumbers {
  readonly kind: 'rfm'
  /** Rising bounds between the grades; one to nine of each. A value on a bound has the better grade. */
  readonly steps: {
    readonly days: readonly number[]
    readonly count: readonly number[]
    readonly value: readonly number[]
  }
}

/** How involved a visitor is, fading with time. Read as a whole number from 0 to 100. */
export interface EngagementAttribute {
  readonly kind: 'engagement'
  /** Hours after which what was done counts half. */
  readonly halfLifeHours: number
  /** What each is worth; an active second is the measure. */
  readonly points: {
    readonly activeSecond: number
    readonly pageView: number
    readonly interaction: number
    readonly conversion: number
  }
  /** The points at which the score is 63. */
  readonly scale: number
}

/**
 * Which values somebody keeps coming back to, fading with time: an intent for each. Read as `{ primary, ranked, scores }`: the best (or null), all
 * whose score reaches `minScore`, best first, and the scores, 0 to 100.
 */
export interface AffinityAttribute extends OfValues {
  readonly kind: 'affinity'
  readonly halfLifeHours: number
  /** 0 to 100. */
  readonly minScore: number
  /** How many events, all at once, score 63. */
  readonly scale: number
  /** How many values are remembered, 1 to 50. */
  readonly max: number
}

/** What lies in the cart. Read as `{ items, count, hours }`: newest first, and whole hours since something was put in (null when it is empty). */
export interface CartAttribute {
  readonly kind: 'cart'
  readonly add: EventSelector
  readonly remove: EventSelector
  /** Empties it. */
  readonly bought: EventSelector
  /** Where an event names the item. */
  readonly item: string
}

/** What was viewed and not bought since. Read as `{ items, count, hours }`: newest first, and whole hours since the newest was viewed (null when there is none). */
export interface UnboughtAttribute {
  readonly kind: 'unbought'
  readonly viewed: EventSelector
  readonly bought: EventSelector
  readonly item: string
  /** An item counts only after so many hours without being bought. */
  readonly afterHours: number
  /** And no longer than this. */
  readonly withinHours: number
  /** 1 to 50. */
  readonly max: number
}

/**
 * What is wrong with the data of this visitor. Read as `{ missing, outOfRange, late, duplicated }`: values that a declared attribute
 * did not find in an event of its own or that are of no use, numbers outside their range, events that came more than an hour
 * after later ones, and events that a page has told twice (see `foldTwice`).
 */
export interface QualityAttribute {
  readonly kind: 'quality'
}

/** One attribute that the site declares: worked out from the visitor's events. */
export type AttributeDeclaration =
  | CountAttribute
  | SumAttribute
  | EdgeAttribute
  | RecentAttribute
  | RfmAttribute
  | EngagementAttribute
  | AffinityAttribute
  | CartAttribute
  | UnboughtAttribute
  | QualityAttribute
