/** What was chosen for one experience and visitor. */
export interface Chosen {
  /** How likely each variant is, by id; adding up to 1. One that is sure is 1. */
  readonly shares: Readonly<Record<string, number>>
  /** Given by a bandit: the decision says how likely it was, and in which context, so that the exposure can be learnt from. */
  readonly context?: string
}

/** By experience; one that is not there is chosen by its weights. */
export type ChosenBy = ReadonlyMap<string, Chosen>
