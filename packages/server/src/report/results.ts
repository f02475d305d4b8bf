import type { Outcome } from '@unblink/protocol'
import type { Difference } from './getDifference.ts'
import type { Rate } from './getRate.ts'
import type { SampleRatio } from './getSampleRatio.ts'

/** What visitors saw of a slot, or of a variant. Times are milliseconds. */
export interface Seen {
  readonly views: number
  /** How many of the views ended how. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>
  /** Views in which the default was in sight before the variant; left out where that is meant: an experience with `when`. */
  readonly flickers?: number
  /** How long the slot was kept from sight, of half and of 95 % of the views; left out without views. */
  readonly hiddenMs?: { readonly p50: number; readonly p95: number }
}

/** Visitors who reached a goal after they had been counted, each once. */
export interface GoalResult extends Rate {
  readonly goal: string
  readonly count: number
  /** Against the control, or the holdout; left out of these themselves, of empty groups, and of those not made by chance. */
  readonly against?: Difference
}

export interface GroupResult {
  readonly visitors: number
  readonly goals: readonly GoalResult[]
}

export interface VariantResult extends GroupResult, Seen {
  readonly variant: string
  /** Visitors who could see it at least once; of a control, its default. */
  readonly saw: number
}

export interface ExperienceResult {
  readonly experience: string
  readonly slot: string
  readonly kind: 'personalization' | 'experiment'
  /** A bandit or a model chooses the variant, so the groups differ by more than chance. */
  readonly isChosen: boolean
  /** The variant that the others are compared with: the first one without content, else the first. Left out for a single one. */
  readonly control?: string
  readonly variants: readonly VariantResult[]
  /** Visitors who got more than one variant; they count for the first. */
  readonly switched: number
  /** Left out where it cannot be told: a single variant, one that is chosen, too few visitors. */
  readonly sampleRatio?: SampleRatio
}

/** Everybody whom the holdout keeps out against everybody else: what all experiences together are worth. */
export interface HoldoutResult {
  readonly share: number
  readonly heldOut: GroupResult
  readonly others: GroupResult
  readonly sampleRatio?: SampleRatio
}

export interface Results {
  readonly visitors: number
  readonly experiences: readonly ExperienceResult[]
  readonly holdout?: HoldoutResult
  readonly slots: readonly (Seen & { readonly slot: string })[]
  /** Experiences that the log knows and the site does not have any more; at most 20. */
  readonly unknown: readonly string[]
}
