import type { AnyEvent } from '@unblink/protocol'
import { mergeProfiles } from '../identity/mergeProfiles.ts'
import { MAX_ENTRIES } from '../profile/fold.ts'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'

/** When, as sequences of the stream, something was said of which only the last counts. What is not in it is older than all that is. */
export interface Marks {
  /** By attribute that the site's own server sets: the last that set it or took it away. */
  readonly custom: Readonly<Record<string, number>>
  /** The last list of all holdings; 0 without one. */
  readonly holdings: number
  /** By holding: the last goal that brought it since that list. */
  readonly held: Readonly<Record<string, number>>
}

export const NO_MARKS: Marks = { custom: {}, holdings: 0, held: {} }

/** What one visitor has added to a user's profile. */
export interface Part {
  /** Sequence of the message by which the visitor was found to be the user. */
  readonly begun: number
  readonly profile: Profile | undefined
  readonly marks: Marks
}

/** A time in which a visitor was known to be a user, with what was learnt in it and what had been known before. */
export interface Span extends Part {
  readonly user: string
  /** Sequence of the message by which it ended; left out while it lasts. */
  readonly ended?: number
}

/** Attributes that were set and taken away, too; more than a profile can have at once. */
const MAX_MARKS = 2 * MAX_ENTRIES

function markAll(marks: Readonly<Record<string, number>>, names: readonly string[], seq: number) {
  // The latest last, so that the oldest are given up.
  const kept: Record<string, number> = { ...marks }
  for (const name of names) delete kept[name]
  const entries = [...Object.entries(kept), ...names.map((name) => [name, seq] as const)]
  return Object.fromEntries(entries.slice(-MAX_MARKS))
}

/** The marks after one more event of a span. Pure. */
export function foldMarks(marks: Marks, event: AnyEvent, seq: number, { goals }: Site): Marks {
  if (event.t === 'attributes') {
    const names = Object.keys(event.p.set).filter((name) => name !== 'holdings')
    const isList = Object.hasOwn(event.p.set, 'holdings')
    if (names.length === 0 && !isList) return marks
    return {
      custom: markAll(marks.custom, names, seq),
      holdings: isList ? seq : marks.holdings,
      held: isList ? {} : marks.held,
    }
  }
  if (event.t !== 'conversion' || !Object.hasOwn(goals, event.p.goal)) return marks
  const holdings = goals[event.p.goal]?.holdings ?? []
  return holdings.length > 0 ? { ...marks, held: markAll(marks.held, holdings, seq) } : marks
}

/** The latest of each, by name. */
const getLatest = (all: readonly Readonly<Record<string, number>>[]): Record<string, number> => {
  const latest: Record<string, number> = {}
  for (const [name, seq] of all.flatMap((one) => Object.entries(one))) latest[name] = Math.max(latest[name] ?? 0, seq)
  return latest
}

/** Of each attribute what was set last; of those that only came along from before, what the first had. */
function mergeCustom(parts: readonly Part[], latest: Readonly<Record<string, number>>): Profile['custom'] {
  const merged: Record<string, Profile['custom'][string]> = {}
  for (const { profile, marks } of parts) {
    for (const [name, value] of Object.entries(profile?.custom ?? {})) {
      const isLatest = (marks.custom[name] ?? 0) === (latest[name] ?? 0)
      if (isLatest && !Object.hasOwn(merged, name) && value !== undefined) merged[name] = value
    }
  }
  return Object.fromEntries(Object.entries(merged).slice(0, MAX_ENTRIES))
}

/** The last list of all of them, and what has been brought since. */
function mergeHoldings(parts: readonly Part[], listed: number): readonly string[] {
  const isCurrent = ({ marks }: Part, id: string) => marks.holdings === listed || (marks.held[id] ?? 0) > listed
  const held = parts.flatMap((part) => (part.profile?.holdings ?? []).filter((id) => isCurrent(part, id)))
  return [...new Set(held)].slice(0, MAX_ENTRIES)
}

/**
 * A user's profile: what all their visitors have added to it. Pure, and the same whatever the order in which parts are given. The
 * generation rises with each part's; the id is that of the first visitor.
 */
export function mergeParts(given: readonly Part[], site: Site): Part {
  const parts = [...given].sort((a, b) => a.begun - b.begun)
  const custom = getLatest(parts.map(({ marks }) => marks.custom))
  const holdings = Math.max(0, ...parts.map(({ marks }) => marks.holdings))
  const marks: Marks = { custom, holdings, held: getLatest(parts.map(({ marks: { held } }) => held)) }
  const profiles = parts.flatMap(({ profile }) => profile ?? [])
  const [first, ...others] = profiles
  const begun = parts[0]?.begun ?? 0
  if (!first) return { begun, profile: undefined, marks }
  const merged = others.reduce((known, other) => mergeProfiles(known, other, site), first)
  const generation = profiles.reduce((sum, one) => sum + one.generation, others.length)
  const profile: Profile = {
    ...merged,
    generation,
    holdings: mergeHoldings(parts, holdings),
    custom: mergeCustom(parts, custom),
  }
  return { begun, profile, marks }
}
