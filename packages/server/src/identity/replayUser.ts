import type { AnyEvent } from '@unblink/protocol'
import { createProfile } from '../profile/createProfile.ts'
import { fold } from '../profile/fold.ts'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import { mergeProfiles } from './mergeProfiles.ts'

/** What has happened to one user's profile. `position`: of the event, or of the last event before the merge. */
export type LogEntry =
  | { readonly type: 'event'; readonly position: number; readonly event: AnyEvent }
  /** A visitor turned out to be this user. `anonymous`: what was known of the visitor; undefined when that was nothing. */
  | { readonly type: 'merge'; readonly position: number; readonly id: number; readonly anonymous: Profile | undefined }

export interface Replayed {
  readonly profile: Profile | undefined
  /** By the id of each merge: the user's profile just before it. */
  readonly before: ReadonlyMap<number, Profile | undefined>
}

/** An event at a position has been folded before a merge at that position. */
const byOrder = (a: LogEntry, b: LogEntry) =>
  a.position - b.position ||
  Number(a.type === 'merge') - Number(b.type === 'merge') ||
  (a.type === 'merge' && b.type === 'merge' ? a.id - b.id : 0)

/**
 * The profile that events and merges make of another one, in the order in which they were committed. Pure: the same log gives
 * the same profile as it did when it came in piece by piece.
 * @param id Under which the profile is kept, should there be none to begin with.
 */
export function replayUser(log: readonly LogEntry[], start: Profile | undefined, id: string, site: Site): Replayed {
  const before = new Map<number, Profile | undefined>()
  let profile = start
  for (const entry of [...log].sort(byOrder)) {
    if (entry.type === 'event') {
      profile = fold(profile ?? createProfile(id), entry.event, site)
      continue
    }
    before.set(entry.id, profile)
    if (entry.anonymous) profile = mergeProfiles(profile ?? createProfile(id), entry.anonymous, site)
  }
  return { profile, before }
}
