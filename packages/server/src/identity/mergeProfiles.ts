import type { Json } from '@unblink/protocol'
import type { Assignment } from '../profile/assignment.ts'
import { decay } from '../profile/decay.ts'
import { mergeDerived } from '../profile/derived/mergeDerived.ts'
import { MAX_ENTRIES } from '../profile/fold.ts'
import type { Profile, ViewRecord } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'

/** As many views as the fold remembers. */
const MAX_VIEWS = 20

const min = (a: number | undefined, b: number | undefined) =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)

/** The visit that is on is the later one's; what came before it may have been seen through the other. */
function mergeVisits(left: Profile, right: Profile): Profile['visits'] {
  const count = left.visits.count + right.visits.count
  const [later, earlier] = (left.lastSeenAt ?? -1) >= (right.lastSeenAt ?? -1) ? [left, right] : [right, left]
  const { startedAt, previousSeenAt } = later.visits
  if (startedAt === undefined) return { count }
  const seen = [previousSeenAt, earlier.lastSeenAt, earlier.visits.previousSeenAt].filter(
    (at): at is number => at !== undefined && at < startedAt,
  )
  return { count, startedAt, ...(seen.length > 0 ? { previousSeenAt: Math.max(...seen) } : {}) }
}

function mergeInterests(left: Profile, right: Profile, { intents }: Site): Profile['interests'] {
  const merged: Record<string, { readonly score: number; readonly at: number }> = { ...left.interests }
  for (const [id, { score, at }] of Object.entries(right.interests)) {
    const known = merged[id] ?? { score: 0, at }
    const latest = Math.max(known.at, at)
    const fade = (one: { score: number; at: number }) => decay(one.score, latest - one.at, intents.halfLifeHours)
    merged[id] = { score: fade(known) + fade({ score, at }), at: latest }
  }
  return merged
}

function mergeConversions(left: Profile, right: Profile): Profile['conversions'] {
  const merged: Record<string, { readonly count: number; readonly lastAt: number }> = { ...left.conversions }
  for (const [goal, { count, lastAt }] of Object.entries(right.conversions)) {
    const known = merged[goal] ?? { count: 0, lastAt }
    merged[goal] = { count: known.count + count, lastAt: Math.max(known.lastAt, lastAt) }
  }
  return merged
}

/** A visitor can be in one trial of an experience at a time: the later one is the one that is on. */
function mergeTrials(left: Profile, right: Profile): Profile['trials'] {
  const merged = { ...left.trials }
  for (const [id, trial] of Object.entries(right.trials ?? {})) {
    if (!Object.hasOwn(merged, id) || merged[id]!.at < trial.at) merged[id] = trial
  }
  return Object.keys(merged).length > 0 ? merged : undefined
}

/** What was shown first stays, while the site has it. */
function mergeAssignments(left: Profile, right: Profile, { experiences }: Site): Profile['assignments'] {
  const merged = { ...left.assignments }
  const isBetter = (id: string, one: Assignment, other: Assignment): boolean => {
    const variants = experiences.find((known) => known.id === id)?.variants ?? []
    const isThere = (assignment: Assignment) => variants.some((known) => known.id === assignment.variant)
    return isThere(one) === isThere(other) ? one.at < other.at : isThere(one)
  }
  for (const [id, assignment] of Object.entries(right.assignments ?? {})) {
    if (!Object.hasOwn(merged, id) || isBetter(id, assignment, merged[id]!)) merged[id] = assignment
  }
  return Object.keys(merged).length > 0 ? merged : undefined
}

const mergeViews = (left: readonly ViewRecord[], right: readonly ViewRecord[]): readonly ViewRecord[] =>
  [...left, ...right].sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1)).slice(-MAX_VIEWS)

/** What the site's own server has said of the known one stands; of the other it fills the gaps, while there is room. */
function mergeCustom(known: Profile, other: Profile): Profile['custom'] {
  const entries = [...Object.entries(known.custom), ...Object.entries(other.custom)] as [string, Json][]
  const merged: Record<string, Json> = {}
  for (const [name, value] of entries)
    if (!Object.hasOwn(merged, name) && Object.keys(merged).length < MAX_ENTRIES) merged[name] = value
  return merged
}

/**
 * What is known of a user, and what was learnt of a visitor before it was known that they are the same. Pure, and without
 * a clock. The two share no event. Counts add up, interests add up as they have faded, times are the earliest and the
 * latest; where only one can be right (attributes set by a server), the user's is. The id is the user's.
 */
export function mergeProfiles(known: Profile, anonymous: Profile, site: Site): Profile {
  const firstSeenAt = min(known.firstSeenAt, anonymous.firstSeenAt)
  const lastSeenAt =
    known.lastSeenAt === undefined || anonymous.lastSeenAt === undefined
      ? (known.lastSeenAt ?? anonymous.lastSeenAt)
      : Math.max(known.lastSeenAt, anonymous.lastSeenAt)
  const derived = mergeDerived(known, anonymous, site)
  const trials = mergeTrials(known, anonymous)
  const assignments = mergeAssignments(known, anonymous, site)
  return {
    v: 1,
    visitor: known.visitor,
    generation: Math.max(known.generation, anonymous.generation) + 1,
    ...(firstSeenAt === undefined ? {} : { firstSeenAt }),
    ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
    visits: mergeVisits(known, anonymous),
    views: {
      count: known.views.count + anonymous.views.count,
      latest: mergeViews(known.views.latest, anonymous.views.latest),
    },
    interests: mergeInterests(known, anonymous, site),
    conversions: mergeConversions(known, anonymous),
    holdings: [...new Set([...known.holdings, ...anonymous.holdings])].slice(0, MAX_ENTRIES),
    custom: mergeCustom(known, anonymous),
    ...(derived ? { derived } : {}),
    ...(trials ? { trials } : {}),
    ...(assignments ? { assignments } : {}),
  }
}
