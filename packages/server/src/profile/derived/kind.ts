import type { Json } from '@unblink/protocol'
import type { Fact } from './fact.ts'

/**
 * One kind of attribute. `State` is plain JSON, and holds times, never a distance to now: so it is the same whenever it is worked out.
 * Pure; folding does not depend on the order of events but for the last digits of sums, and each event is folded once.
 */
export interface Kind<Declaration, State> {
  /** The state after an event; the same one when it brings nothing. */
  readonly fold: (state: State | undefined, declaration: Declaration, fact: Fact) => State | undefined
  /** What conditions see. `now`: epoch milliseconds. */
  readonly read: (state: State | undefined, declaration: Declaration, now: number) => Json
  /** Of two profiles that are one visitor's, and share no event. */
  readonly merge: (left: State, right: State, declaration: Declaration) => State
}
