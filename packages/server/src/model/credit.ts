import type { Profile } from '../profile/profile.ts'
import { getBandit } from './getBandit.ts'
import type { Site } from '../site/site.ts'

/** One thing that was learnt of a variant. */
export interface Credit {
  readonly experience: string
  readonly context: string
  readonly variant: string
  /** When it was shown, epoch milliseconds: also what was won counts for that moment. */
  readonly at: number
  /** How much this visitor counts, 0 to 1. */
  readonly weight: number
  /** Left out for a trial that begins; what it was worth, when it is won. */
  readonly won?: number
}

/**
 * How much a visitor's kth trial counts: 1, a quarter, a ninth, … so that nobody ever counts more than 1.65 visitors, however
 * often they come.
 */
export const getWeight = (k: number): number => 1 / (k * k)

/** What one event has taught of the site's bandits: the difference that it has made to the visitor's trials. */
export function getCredits(before: Profile, after: Profile, site: Site): Credit[] {
  if (!after.trials || after.trials === before.trials) return []
  const credits: Credit[] = []
  for (const [experience, trial] of Object.entries(after.trials)) {
    const known = before.trials?.[experience]
    const bandit = getBandit(site, experience)
    if (trial === known || !bandit) continue
    const { context, variant, at, k } = trial
    const credit = { experience, context, variant, at, weight: getWeight(k) }
    if (k !== known?.k) credits.push(credit)
    if (trial.wonAt !== undefined && (k !== known?.k || known.wonAt === undefined))
      credits.push({ ...credit, won: bandit.maxValue === undefined ? 1 : (trial.value ?? 0) })
  }
  return credits
}
