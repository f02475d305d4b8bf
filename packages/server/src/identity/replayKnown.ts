import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import type { Links, LoggedEvent, Merge } from './createLinks.ts'
import { replayUser, type LogEntry } from './replayUser.ts'
import { toUserKey } from './toUserKey.ts'

/** What a log says of a user, and of whoever they turned out to be. */
export interface ReplayedUser {
  readonly profile: Profile | undefined
  /** What both were before each merge. */
  readonly merges: readonly {
    readonly id: number
    readonly anonymous: Profile | undefined
    readonly known: Profile | undefined
  }[]
  /** Whether the log has all of it still, as far as what is kept of the merges tells. */
  readonly isWhole: boolean
}

const toEntry = ({ position, event }: LoggedEvent): LogEntry => ({ type: 'event', position, event })
const isIn = ({ begun, ended = Infinity }: Merge, position: number) => begun < position && position <= ended
const getGeneration = (profile: Profile | undefined) => profile?.generation ?? 0

/**
 * A user's profile, worked out anew from the log alone: what each visitor had done before they were known, then what they did
 * as this user. The same bytes as what is stored, under the same rules and while the log is whole, but for the generation of one
 * from whom a visitor was taken out again.
 */
export function replayKnown(links: Links, user: string, site: Site): ReplayedUser {
  const merges = links.getMerges(user)
  const visitors = [...new Set(merges.map(({ visitor }) => visitor))]
  const events = links.getEventsAfter(visitors, 0)
  const isTheirs = ({ visitor, position }: LoggedEvent) =>
    merges.some((one) => one.visitor === visitor && isIn(one, position))
  const mergesOf = new Map(visitors.map((visitor) => [visitor, links.getMergesOf(visitor)]))

  /** Each event is a visitor's own until they are known, and again after they have logged out. */
  const replayAnonymous = ({ id, visitor, begun }: Merge) => {
    const since =
      mergesOf
        .get(visitor)!
        .filter((one) => one.id < id)
        .at(-1)?.ended ?? 0
    const own = events.filter((one) => one.visitor === visitor && since < one.position && one.position <= begun)
    return replayUser(own.map(toEntry), undefined, visitor, site).profile
  }

  const anonymous = new Map(merges.map((one) => [one.id, replayAnonymous(one)]))
  const log: LogEntry[] = [
    ...events.filter(isTheirs).map(toEntry),
    ...merges.map(({ id, begun: position }) => ({
      type: 'merge' as const,
      position,
      id,
      anonymous: anonymous.get(id),
    })),
  ]
  const { profile, before } = replayUser(log, undefined, toUserKey(user), site)
  // Each event raises a generation, so a higher one has learnt from events that the log does not have any more.
  const isWhole = merges.every(
    ({ id, isFinal, ...kept }) =>
      !isFinal &&
      getGeneration(kept.anonymous) <= getGeneration(anonymous.get(id)) &&
      getGeneration(kept.known) <= getGeneration(before.get(id)),
  )
  return {
    profile,
    merges: merges.map(({ id }) => ({ id, anonymous: anonymous.get(id), known: before.get(id) })),
    isWhole,
  }
}
