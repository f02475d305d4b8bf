/** One visitor's latest try of an experience that a bandit chooses for. Times are epoch milliseconds. */
export interface Trial {
  readonly variant: string
  /** How likely it was to be chosen, and in which context: see `Decision.chance`. */
  readonly p: number
  readonly context: string
  /** When it was shown. */
  readonly at: number
  /** Counts this visitor's trials of the experience, from 1. */
  readonly k: number
  /** When the goal was reached, and what that was worth; left out until it is. */
  readonly wonAt?: number
  readonly value?: number
}
