import type { Failure } from './findFailure.ts'

/**
 * What stopped an experience. `visitor`: there is no id to bucket. `coverage`: the bucket is nobody's. `priority`: another
 * had won already. `error`: its rules are at fault, which ends the slot's decision.
 */
export type Gate =
  'holdout' | 'schedule' | 'audience' | 'suppress' | 'cap' | 'visitor' | 'namespace' | 'coverage' | 'priority' | 'error'

/** One experience of a slot and how far it came. */
export interface Consideration {
  readonly experience: string
  readonly priority: number
  /** Left out for the one that won. */
  readonly gate?: Gate
  /** The variant that the winner gives. */
  readonly variant?: string
  /** For `audience`: the part of the condition that does not hold. */
  readonly failure?: Failure
  /** The same in words. */
  readonly sentence: string
}
