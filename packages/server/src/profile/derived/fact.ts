import type { AnyEvent } from '@unblink/protocol'

/** What one event brings. */
export interface Fact {
  readonly event: AnyEvent
  /** Active milliseconds of its view that were not known before. */
  readonly activeMs: number
  /** Whether it is a view that was not counted before. */
  readonly isNewView: boolean
  /** Epoch milliseconds at which those two count: the start of the view, whatever snapshot brings them. */
  readonly viewedAt: number
  /** What is wrong with the data, as the attributes beside find it. */
  readonly faults: Faults
  /** It came more than an hour after a later one. */
  readonly isLate: boolean
}

/** Counted while one event is folded. */
export interface Faults {
  missing: number
  outOfRange: number
}
