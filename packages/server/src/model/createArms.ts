import { isDeepStrictEqual } from 'node:util'
import { addCredits, toArmKey } from './addCredits.ts'
import { EMPTY_ARM, fadeArm, type Arm } from './arm.ts'
import { getBeliefs } from './beliefs.ts'
import type { Credit } from './credit.ts'
import type { Bandit } from './getBandit.ts'
import { getBestShares } from './getBestShares.ts'

/** All that the bandits of a site know. */
export interface Arms {
  /** Puts other arms, by `toArmKey`, in the place of all that is known: those of a cluster, whose workers learn. */
  replace(all: ReadonlyMap<string, Arm>): void
  learn(credits: readonly Credit[], getBandit: (experience: string) => Bandit | undefined): void
  /** How likely each variant is to be chosen in a context ('' for everyone): in the bandit's order, adding up to 1. */
  getShares(bandit: Bandit, context: string, now: number): readonly number[]
  /** The variant that has done best with everyone, as far as is known. */
  getBest(bandit: Bandit, now: number): string
  /** As of `now`, in the bandit's order. */
  getArms(bandit: Bandit, context: string, now: number): readonly Arm[]
}

/** Working shares out takes a moment, and a single trial hardly changes them. */
const REFRESH_MS = 1_000
/** Arms fade also when nothing comes. */
const FADE_MS = 60_000

interface Shares {
  readonly shares: readonly number[]
  readonly bandit: Bandit
  readonly at: number
  readonly isStale: () => boolean
}

/** `refreshMs`: how old shares may be when there is news. @default 1 000 */
export function createArms({ refreshMs = REFRESH_MS }: { readonly refreshMs?: number } = {}): Arms {
  const arms = new Map<string, Arm>()
  const news = new Map<string, number>()
  const cache = new Map<string, Shares>()
  const toPlace = (experience: string, context: string) => `${experience} ${context}`
  const note = (place: string) => news.set(place, (news.get(place) ?? 0) + 1)
  const getArms = ({ experience, variants, halfLifeMs }: Bandit, context: string, now: number) =>
    variants.map((variant) => fadeArm(arms.get(toArmKey(experience, context, variant)) ?? EMPTY_ARM, now, halfLifeMs))

  const workOut = (bandit: Bandit, context: string, now: number): readonly number[] => {
    const { floor, variants, maxValue } = bandit
    const best = getBestShares(getBeliefs(getArms(bandit, context, now), maxValue !== undefined))
    // So many variants that the floors alone would be more than all share it evenly.
    const least = Math.min(floor, 1 / variants.length)
    return best.map((share) => least + (1 - least * variants.length) * share)
  }
  const getShares = (bandit: Bandit, context: string, now: number): readonly number[] => {
    const place = toPlace(bandit.experience, context)
    const known = cache.get(place)
    if (known && known.bandit === bandit) {
      const ageMs = Math.abs(now - known.at)
      if (ageMs < FADE_MS && (ageMs < refreshMs || !known.isStale())) return known.shares
    }
    const seen = news.get(place)
    const shares = workOut(bandit, context, now)
    cache.set(place, { shares, bandit, at: now, isStale: () => news.get(place) !== seen })
    return shares
  }

  return {
    learn(credits, getBandit) {
      addCredits(arms, credits, getBandit, (_key, { experience }, context) => note(toPlace(experience, context)))
    },
    replace(all) {
      for (const [key, arm] of all) {
        if (isDeepStrictEqual(arms.get(key), arm)) continue
        arms.set(key, arm)
        note(key.slice(0, key.lastIndexOf(' ')))
      }
      for (const key of arms.keys()) if (!all.has(key)) arms.delete(key)
    },
    getShares,
    getBest(bandit, now) {
      const beliefs = getBeliefs(getArms(bandit, '', now), bandit.maxValue !== undefined)
      const means = beliefs.map(({ mean }) => mean)
      return bandit.variants[means.indexOf(Math.max(...means))]!
    },
    getArms,
  }
}
