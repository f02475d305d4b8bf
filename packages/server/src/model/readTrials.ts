import { createProfile } from '../profile/createProfile.ts'
import { foldTrials } from '../profile/foldTrials.ts'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import type { Database } from '../store/openDatabase.ts'
import { getWeight } from './credit.ts'
import { readLog } from './readLog.ts'

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

/** All trials of an experience in the log, in the order in which they began. */
export function readTrials(site: Site, database: Database.Database, experience: string): LoggedTrial[] {
  const profiles = new Map<string, Profile>()
  const trials = new Map<string, LoggedTrial>()
  for (const { visitor, event } of readLog(database, { site: site.id, types: ['exposure', 'conversion'] })) {
    const before = profiles.get(visitor) ?? createProfile(visitor)
    const after = foldTrials(before, event, site)
    if (after === before) continue
    profiles.set(visitor, after)
    const trial = after.trials?.[experience]
    if (!trial || trial === before.trials?.[experience]) continue
    const { variant, context, p, k, wonAt, value } = trial
    const reward = wonAt === undefined ? 0 : (value ?? 1)
    trials.set(`${visitor} ${k}`, { visitor, variant, context, p, reward, weight: getWeight(k) })
  }
  return [...trials.values()]
}
