import type { Attributes } from '@unblink/protocol'
import type { Site } from '../site/site.ts'
import { decay } from './decay.ts'
import { readDerived } from './derived/readDerived.ts'
import { VISIT_GAP_MS } from './fold.ts'
import type { Profile } from './profile.ts'

const DAY_MS = 86_400_000
/** The active seconds at which an intent scores 63 of 100; it takes 5.6 to score 20, the default minimum. */
const SCALE = 25

/** 0 to 100: the first seconds count most, and no amount of reading goes beyond 100. */
const toScore = (activeSeconds: number): number => Math.round(100 * (1 - Math.exp(-activeSeconds / SCALE)))

/**
 * The facts that conditions and `expose` refer to, as of `now`:
 *
 * - `visits.count` with the visit that is on or just beginning, `visits.daysSinceLast` (whole days; null in the first)
 * - `views.count`
 * - `intent.<category>` 0 to 100, `intent.primary` (best category or null), `intent.ranked` (best first)
 * - `holdings`, `goals.<id>` (how often), and the attributes that the site's own server has set
 * - those that the site declares, by their names; they win over one of the same name that was set
 */
export function readAttributes(profile: Profile, site: Site, now: number): Attributes {
  const { lastSeenAt, visits, interests, conversions } = profile
  const isNewVisit = lastSeenAt === undefined || now - lastSeenAt > VISIT_GAP_MS
  const startedAt = isNewVisit ? now : (visits.startedAt ?? now)
  const previousSeenAt = isNewVisit ? lastSeenAt : visits.previousSeenAt

  const scores = Object.keys(site.categories)
    .filter((id) => site.categories[id]?.intent)
    .map((id) => {
      const interest = interests[id]
      const score = interest ? decay(interest.score, now - interest.at, site.intents.halfLifeHours) : 0
      return { id, score }
    })
  const ranked = scores
    .filter(({ score }) => toScore(score) >= site.intents.minScore && score > 0)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id)

  return {
    ...profile.custom,
    ...readDerived(profile, site, now),
    visits: {
      count: visits.count + (isNewVisit ? 1 : 0),
      daysSinceLast: previousSeenAt === undefined ? null : Math.floor((startedAt - previousSeenAt) / DAY_MS),
    },
    views: { count: profile.views.count },
    intent: {
      ...Object.fromEntries(scores.map(({ id, score }) => [id, toScore(score)])),
      primary: ranked[0] ?? null,
      ranked,
    },
    holdings: profile.holdings,
    goals: Object.fromEntries(Object.keys(site.goals).map((id) => [id, conversions[id]?.count ?? 0])),
  }
}
