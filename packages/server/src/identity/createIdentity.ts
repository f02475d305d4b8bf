import { randomUUID } from 'node:crypto'
import { createProfile } from '../profile/createProfile.ts'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import type { Store } from '../store/createStore.ts'
import type { Links, LoggedEvent, Merge } from './createLinks.ts'
import { mergeProfiles } from './mergeProfiles.ts'
import { replayUser, type LogEntry } from './replayUser.ts'
import { toUserKey } from './toUserKey.ts'

/** Whose a browser is from now on. */
export interface Identified {
  /** The same as before, or a new one where the visitor was known to be somebody else. */
  readonly visitor: string
  readonly isChanged: boolean
}

/** `unknown`: the visitor is nobody's. `final`: what both were before is older than the retention. */
export type Separated = 'separated' | 'unknown' | 'final'

/** Who visitors are. Synchronous: each belongs into a writer's job, so that it holds wholly or not at all. */
export interface Identity {
  /** The visitor is this user: what is known of the one is added to what is known of the other, and is theirs from now on. */
  identify(input: {
    readonly visitor: string
    readonly user: string
    readonly at: number
    readonly site: Site
  }): Identified
  /** The visitor is that user no more; false when they were nobody. What was learnt stays the user's. */
  logOut(visitor: string, at: number): boolean
  /** Takes the visitor's latest merge back: both profiles are then as if it had never been. */
  separate(visitor: string, site: Site): Separated
  /** Takes a visitor out of every user that they were, so that nothing of them is left there. For an erasure. */
  release(visitor: string, site: Site): void
}

const toEntry = ({ position, event }: LoggedEvent): LogEntry => ({ type: 'event', position, event })

/** @param store The plain one, in which a user's profile has its own id. */
export function createIdentity(store: Store, links: Links): Identity {
  /** Puts a profile that was made anew in the place of what is there; its generation rises all the same. */
  const replace = (id: string, profile: Profile | undefined) => {
    if (!profile) return links.deleteProfile(id)
    const generation = Math.max(profile.generation, store.getProfile(id)?.generation ?? 0) + 1
    store.saveProfile({ ...profile, visitor: id, generation })
  }

  /** The user's profile without one of the merges, from the log; later merges are told what they would have found. */
  const rebuild = (merge: Merge, site: Site) => {
    const others = links.getMerges(merge.user).filter(({ id }) => id !== merge.id)
    const isTheirs = ({ visitor, position }: LoggedEvent) =>
      others.some((one) => one.visitor === visitor && one.begun < position && position <= (one.ended ?? Infinity))
    const visitors = [...new Set(others.map(({ visitor }) => visitor))]
    const log: LogEntry[] = [
      ...links.getEventsAfter(visitors, merge.begun).filter(isTheirs).map(toEntry),
      ...others
        .filter(({ id }) => id > merge.id)
        .map(({ id, begun, anonymous }) => ({ type: 'merge' as const, position: begun, id, anonymous })),
    ]
    const { profile, before } = replayUser(log, merge.known, toUserKey(merge.user), site)
    before.forEach((known, id) => links.setKnown(id, known))
    replace(toUserKey(merge.user), profile)
  }

  const separate = (visitor: string, site: Site): Separated => {
    const merge = links.getLatestMerge(visitor)
    if (!merge) return 'unknown'
    if (merge.isFinal) return 'final'
    const own = links.getEventsAfter([visitor], merge.begun).map(toEntry)
    rebuild(merge, site)
    links.remove(merge)
    replace(visitor, replayUser(own, merge.anonymous, visitor, site).profile)
    return 'separated'
  }

  return {
    identify({ visitor, user, at, site }) {
      const current = links.getUser(visitor)
      if (current === user) return { visitor, isChanged: false }
      // Somebody else was here before: what they have left is not this user's.
      const next = current === undefined ? visitor : randomUUID()
      if (current !== undefined) links.end(visitor, at)
      const key = toUserKey(user)
      const anonymous = store.getProfile(next)
      const known = store.getProfile(key)
      links.begin({ visitor: next, user, at, anonymous, known })
      if (anonymous) {
        store.saveProfile(mergeProfiles(known ?? createProfile(key), anonymous, site))
        links.deleteProfile(next)
      }
      return { visitor: next, isChanged: true }
    },
    logOut(visitor, at) {
      if (links.getUser(visitor) === undefined) return false
      links.end(visitor, at)
      return true
    },
    separate,
    release(visitor, site) {
      for (let merge = links.getLatestMerge(visitor); merge; merge = links.getLatestMerge(visitor)) {
        if (separate(visitor, site) === 'separated') continue
        // What came from this visitor cannot be told from the rest any more, so all of it goes.
        links.deleteProfile(toUserKey(merge.user))
        links.remove(merge)
      }
      links.unlink(visitor)
    },
  }
}
