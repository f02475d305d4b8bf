import type { Attributes, Decision, ProfileRequest } from '@unblink/protocol'

/**
 * What one slot is answered: a decision without the slot's name. Without `content` the slot shows its default.
 * `reason` is `targeting_match` beside a content, else `default`, where it is left out.
 */
export type SlotAnswer = Omit<Decision, 'slot' | 'reason'> & Partial<Pick<Decision, 'reason'>>

/** Answers by slot name. Slots that the page asks for and that are not named here get `reason: 'default'`. */
export type SlotAnswers = Readonly<Record<string, SlotAnswer>>

/**
 * How a request fails. A number: with this HTTP status, 400 to 599. `network`: as if the server could not be reached.
 * `hang`: it is never answered.
 */
export type Failure = number | 'network' | 'hang'

/** How long an answer takes, and whether there is one. */
export interface Trouble {
  /** Milliseconds before the answer, on the clock of the test: `vi.useFakeTimers()` holds it up. @default 0 */
  readonly delayMs?: number | undefined
  /** @default it does not fail */
  readonly fail?: Failure | undefined
}

/** What the profile API and the collector are to do. */
export interface Behaviour extends Trouble {
  /** Fixed answers, or a function that makes them for each request. @default every slot shows its default */
  readonly decisions?: SlotAnswers | ((request: ProfileRequest) => SlotAnswers) | undefined
  /** What the reply tells of the visitor's attributes. @default none */
  readonly attributes?: Attributes | undefined
  /** Ids of the audiences that the visitor is in. @default none */
  readonly audiences?: readonly string[] | undefined
  /** The visitor's id, told only to pages with consent to personalisation. @default one and the same for all */
  readonly visitor?: string | undefined
  /**
   * Epoch milliseconds after which the decisions must not be used. @default the end of time, so that a page with a fake
   * clock takes them
   */
  readonly expiresAt?: number | undefined
  /** Delay and failure of the collector; those above are the profile API's. A batch that fails is not received. */
  readonly collector?: Trouble | undefined
}
