import { createProfile } from '../profile/createProfile.ts'
import { foldTrials } from '../profile/foldTrials.ts'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import type { Database } from '../store/openDatabase.ts'
import type { Models } from './createModels.ts'
import { getBandits } from './getBandit.ts'
import { getCredits } from './credit.ts'
import { readLog } from './readLog.ts'

/** Teaches the site's bandits what the log holds, event by event as it was learnt the first time. Returns how many trials there were. */
export function restoreArms(models: Models, site: Site, database: Database.Database): number {
  if (getBandits(site).size === 0) return 0
  // Only their trials; everything else of a profile teaches a bandit nothing.
  const trials = new Map<string, Profile['trials']>()
  let count = 0
  for (const { visitor, event } of readLog(database, { site: site.id, types: ['exposure', 'conversion'] })) {
    const known = trials.get(visitor)
    const before: Profile = { ...createProfile(visitor), ...(known ? { trials: known } : {}) }
    const after = foldTrials(before, event, site)
    if (after === before) continue
    trials.set(visitor, after.trials)
    const credits = getCredits(before, after, site)
    count += credits.filter(({ won }) => won === undefined).length
    models.learn(site, credits)
  }
  return count
}
