import type { Outcome } from '@unblink/protocol'
import { createTimes, type Times } from './createTimes.ts'

/** What became of the views in which something was decided for a slot. */
export interface Tally {
  /** Each view of the slot once, whatever it showed. */
  views: number
  /** Views in which the variant replaced the default in sight. */
  flickers: number
  readonly hidden: Times
  readonly outcomes: Partial<Record<Outcome, number>>
}

export const createTally = (): Tally => ({ views: 0, flickers: 0, hidden: createTimes(), outcomes: {} })
