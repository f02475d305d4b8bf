import type { Profile } from '../profile/profile.ts'
import type { Row } from './columns.ts'

const USER = 'user:'

/** A stored profile as a row; `visitor` is the id to show, and for a user's profile that of the user. Pure. */
export function toProfileRow(profile: Profile, visitor: string): Row {
  return {
    visitor,
    kind: profile.visitor.startsWith(USER) ? 'user' : 'visitor',
    generation: profile.generation,
    first_seen: profile.firstSeenAt,
    last_seen: profile.lastSeenAt,
    visits: profile.visits.count,
    views: profile.views.count,
    holdings: profile.holdings,
    interests: profile.interests,
    conversions: profile.conversions,
    custom: profile.custom,
    derived: profile.derived ?? {},
    trials: profile.trials ?? {},
  }
}
