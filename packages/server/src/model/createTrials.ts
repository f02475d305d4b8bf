import { createProfile } from '../profile/createProfile.ts'
import { foldTrials } from '../profile/foldTrials.ts'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import { getWeight } from './credit.ts'
import type { LoggedEvent } from './readLog.ts'

/** One trial, as the log tells it. */
export interface LoggedTrial {
  readonly visitor: string
  readonly variant: string
  readonly context: string
  /** How likely the variant was when it was chosen. */
  readonly p: number
  /** 1 when the goal was reached, or what that was worth; 0 until then. */
  readonly reward: number
  /** How much it counts, see `getWeight`. */
  readonly weight: number
}

/** What was tried, as a log tells it. */
export interface Trials {
  /** The next event of the log: of each visitor in their order. */
  add(logged: LoggedEvent): void
  /** All trials of an experience, in the order in which they began. */
  get(experience: string): readonly LoggedTrial[]
}

export function createTrials(site: Site): Trials {
  const profiles = new Map<string, Profile>()
  const byExperience = new Map<string, Map<string, LoggedTrial>>()
  return {
    add({ visitor, event }) {
      const before = profiles.get(visitor) ?? createProfile(visitor)
      const after = foldTrials(before, event, site)
      if (after === before) return
      profiles.set(visitor, after)
      for (const [experience, trial] of Object.entries(after.trials ?? {})) {
        if (trial === before.trials?.[experience]) continue
        const { variant, context, p, k, wonAt, value } = trial
        const reward = wonAt === undefined ? 0 : (value ?? 1)
        const trials = byExperience.get(experience) ?? new Map<string, LoggedTrial>()
        trials.set(`${visitor} ${k}`, { visitor, variant, context, p, reward, weight: getWeight(k) })
        byExperience.set(experience, trials)
      }
    },
    get: (experience) => [...(byExperience.get(experience)?.values() ?? [])],
  }
}
