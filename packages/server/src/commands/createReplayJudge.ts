import { createLinks } from '../identity/createLinks.ts'
import { replayKnown } from '../identity/replayKnown.ts'
import { toUserKey } from '../identity/toUserKey.ts'
import { toSubject } from '../privacy/createAudit.ts'
import type { Profile } from '../profile/profile.ts'
import { listVisitors, replayVisitor } from '../profile/replayVisitor.ts'
import type { Site } from '../site/site.ts'
import { createStore } from '../store/createStore.ts'
import type { Database } from '../store/openDatabase.ts'

/** Somebody of whom a profile is kept. */
export type Subject = { readonly visitor: string } | { readonly user: string }

/** What became of working a profile out anew. */
export interface Judgement {
  /** Under which it is kept: a visitor's id, or `user:` and the user's. */
  readonly id: string
  /** It is what is stored, byte by byte. Where a merge was taken back, which is in no log, the generation may be lower. */
  readonly isSame: boolean
  /** The log has all that the stored one was made of. */
  readonly isWhole: boolean
  /** Stores what came out. */
  save(): void
}

export interface ReplayJudge {
  /** Everybody, or one visitor and whoever they are known to be. */
  list(visitor?: string): Iterable<Subject>
  /** Undefined for a visitor of whom nothing is kept beside what is their user's. */
  judge(subject: Subject): Judgement | undefined
}

const USERS = 'SELECT DISTINCT user FROM merges WHERE site = ? ORDER BY user'
const SALT = 'SELECT salt FROM salts WHERE site = ?'
const SEPARATED = "SELECT 1 FROM audit WHERE site = ? AND subject = ? AND action = 'unmerge' LIMIT 1"

const isEqual = (one: Profile | undefined, other: Profile | undefined) => JSON.stringify(one) === JSON.stringify(other)
const isEqualButForGeneration = (stored: Profile | undefined, replayed: Profile | undefined) =>
  !!stored &&
  !!replayed &&
  isEqual(stored, { ...replayed, generation: Math.max(stored.generation, replayed.generation) })

export function createReplayJudge(database: Database.Database, site: Site): ReplayJudge {
  const store = createStore(database, site.id)
  const links = createLinks(database, site.id)
  const selectUsers = database.prepare(USERS)
  const { salt } = (database.prepare(SALT).get(site.id) as { salt: string } | undefined) ?? {}
  const selectSeparated = database.prepare(SEPARATED)
  const wasSeparated = (visitor: string) =>
    salt !== undefined && selectSeparated.get(site.id, toSubject(salt, visitor)) !== undefined

  const judgeVisitor = (visitor: string): Judgement | undefined => {
    if (links.getUser(visitor) !== undefined) return undefined
    const after = links.getMergesOf(visitor).at(-1)?.ended
    const profile = replayVisitor({ site, database, visitor, after })
    const stored = store.getProfile(visitor)
    if (!profile && !stored) return undefined
    return {
      id: visitor,
      isSame: isEqual(stored, profile) || (isEqualButForGeneration(stored, profile) && wasSeparated(visitor)),
      // Each event raises the generation, so a higher one has learnt from events that the log does not have any more.
      isWhole: profile !== undefined && (stored?.generation ?? 0) <= profile.generation,
      save: () => profile && store.saveProfile(profile),
    }
  }

  const judgeUser = (user: string): Judgement | undefined => {
    const id = toUserKey(user)
    const { profile, merges, isWhole } = replayKnown(links, user, site)
    const stored = store.getProfile(id)
    if (!profile && !stored) return undefined
    return {
      id,
      isSame: isEqual(stored, profile) || isEqualButForGeneration(stored, profile),
      isWhole: isWhole && profile !== undefined && (stored?.generation ?? 0) <= profile.generation,
      save() {
        if (profile) store.saveProfile(profile)
        // What a merge that is taken back goes back to.
        for (const { id: merge, anonymous, known } of merges) {
          links.setAnonymous(merge, anonymous)
          links.setKnown(merge, known)
        }
      },
    }
  }

  return {
    *list(visitor) {
      if (visitor !== undefined) {
        const user = links.getUser(visitor)
        yield { visitor }
        if (user !== undefined) yield { user }
        return
      }
      for (const one of listVisitors(database, site.id)) yield { visitor: one }
      for (const { user } of selectUsers.all(site.id) as { user: string }[]) yield { user }
    },
    judge: (subject) => ('user' in subject ? judgeUser(subject.user) : judgeVisitor(subject.visitor)),
  }
}
