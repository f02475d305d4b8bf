import type { Experience } from '@unblink/protocol'

/**
 * Thompson sampling: each variant is chosen as often as it is likely to be the best one, as far as the events tell. What counts
 * is whether a visitor who was shown it reaches the goal within the window.
 */
export interface BanditChoice {
  /** Id of the goal that is to be reached. */
  readonly goal: string
  /** The least share that each variant keeps, 0 to 0.5, so that a change of taste is noticed. @default 0.05 */
  readonly floor: number
  /** Milliseconds after which a trial counts half. @default 14 days */
  readonly halfLifeMs: number
  /** Milliseconds from the exposure in which the goal has to be reached; a visitor has one trial in each. @default a day */
  readonly windowMs: number
  /**
   * Ids of audiences for each of which it learns by itself: a visitor counts for the first that they belong to. Everybody counts
   * for everyone, too, which is what visitors without any of them, and those who disclose nothing, are decided by. @default none
   */
  readonly contexts: readonly string[]
  /**
   * Maximises what a conversion is worth instead of how often it comes: its `value`, cut off at this, so that no one purchase
   * decides. @default how often
   */
  readonly maxValue?: number
}

/** A declared model gives each variant a score, and the highest is shown. */
export interface ModelChoice {
  /** Name of the model among the site's `models`. */
  readonly model: string
  /** Its choice is asked for and counted, never shown: what comes next in the list decides. @default false */
  readonly shadow?: boolean
}

/** What chooses among an experience's variants. */
export type Choice = { readonly bandit: BanditChoice } | ModelChoice

/** An experience as a site has it; pages do not get to know what chooses. */
export interface SiteExperience extends Experience {
  /**
   * Asked in order: the first that can tell decides, and where none can, the weights. Only for personalizations.
   * @default the weights
   */
  readonly choose?: readonly Choice[]
}

/** One number of a model's input: an attribute, or whether it equals a value, or (for a list) holds it. */
export type Feature = string | { readonly path: string; readonly is: string | number | boolean }

/** A model behind the Open Inference Protocol, version 2, over HTTP (https://github.com/kserve/open-inference-protocol). */
export interface ModelSettings {
  /** Address of the server, without `/v2`. */
  readonly url: string
  /** @default the name that the site gives it */
  readonly name?: string
  readonly version?: string
  /** What it is given, in this order, as one row of numbers: true is 1, false and what is missing is 0. */
  readonly features: readonly Feature[]
  /** Names of the tensors. One row of the output has a score for each variant, in the experience's order. */
  readonly input: string
  readonly output: string
  readonly datatype: 'FP32' | 'FP64'
  /** How long a reply waits for it, 1 to 1 000. @default 30 */
  readonly timeoutMs: number
  /** How many visitors are asked for in one request, 1 to 256. @default 32 */
  readonly maxBatch: number
  /** How long the first of a batch waits for company, 0 to 50. @default 2 */
  readonly gatherMs: number
}
