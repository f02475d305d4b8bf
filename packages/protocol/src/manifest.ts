import type { Content } from './decision.ts'
import type { JsonObject } from './json.ts'

/** A Mongo-style condition over attributes, as GrowthBook documents the language. Evaluated by `@unblink/decide`. */
export type Condition = JsonObject

/** What happens when the decision arrives after the slot was revealed. */
export type LatePolicy = 'keep' | 'fade' | 'next'

/** A named place in the page. `selector` defaults to `[data-unblink="<name>"]`; `deadlineMs` counts from the snippet. */
export interface Slot {
  readonly selector?: string
  /** @default 400, range 50 to 3000 */
  readonly deadlineMs?: number
  /** @default 'keep' */
  readonly late?: LatePolicy
}

/** One alternative for a slot. Without `content` it is the control: the baseline, measured. */
export interface Variant {
  readonly id: string
  /** Relative share among the variants. @default 1 */
  readonly weight?: number
  readonly content?: Content
}

/** A published rule that ties an audience, a slot and variants. The highest `priority` that matches wins the slot. */
export interface Experience {
  readonly id: string
  readonly slot: string
  readonly kind: 'personalization' | 'experiment'
  /** Higher wins; ties go to the earlier in the list. @default 0 */
  readonly priority?: number
  /** The id of an audience; everyone when left out. */
  readonly audience?: string
  /** Share of the audience admitted, 0 to 1. @default 1 */
  readonly coverage?: number
  /** Salt of the bucketing hash. @default the experience's id */
  readonly seed?: string
  readonly variants: readonly Variant[]
}

/** Share of visitors (0 to 1) kept out of every experience and still measured. */
export interface Holdout {
  readonly share: number
  readonly seed: string
}

/** The immutable, cacheable document of all live experiences of a site. */
export interface Manifest {
  readonly v: 1
  /** Content hash: equal versions hold equal rules. */
  readonly version: string
  readonly slots: Readonly<Record<string, Slot>>
  readonly audiences: Readonly<Record<string, Condition>>
  readonly holdout?: Holdout
  readonly experiences: readonly Experience[]
}

export const DEFAULT_DEADLINE_MS = 400

/** The selector that the snippet and the runtime both use for a slot. */
export const getSelector = (name: string, slot: Slot): string => slot.selector ?? `[data-unblink="${name}"]`
