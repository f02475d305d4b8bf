import { createProfile } from '../profile/createProfile.ts'
import { foldTrials } from '../profile/foldTrials.ts'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import type { Models } from './createModels.ts'
import { getCredits } from './credit.ts'
import type { LoggedEvent } from './readLog.ts'

/**
 * Teaches a site's bandits what a log holds, event by event as it was learnt the first time: a function to be called with each visitor's
 * events in their order (others' may come between), which returns how many trials began with it.
 */
export function teachArms(models: Pick<Models, 'learn'>, site: Site): (logged: LoggedEvent) => number {
  // Only their trials; everything else of a profile teaches a bandit nothing.
  const trials = new Map<string, Profile['trials']>()
  return ({ visitor, event }) => {
    const known = trials.get(visitor)
    const before: Profile = { ...createProfile(visitor), ...(known ? { trials: known } : {}) }
    const after = foldTrials(before, event, site)
    if (after === before) return 0
    trials.set(visitor, after.trials)
    const credits = getCredits(before, after, site)
    models.learn(site, credits)
    return credits.filter(({ won }) => won === undefined).length
  }
}
