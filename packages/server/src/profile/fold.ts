import type { AnyEvent, CustomEvent, Engagement, Event, Json } from '@unblink/protocol'
import type { Site } from '../site/site.ts'
import { decay } from './decay.ts'
import { foldDerived } from './derived/foldDerived.ts'
import { foldAssignments } from './foldAssignments.ts'
import { foldTrials } from './foldTrials.ts'
import { getCategories } from './getCategories.ts'
import { getItemCategories } from './getItemCategories.ts'
import type { Profile, ViewRecord } from './profile.ts'

export const VISIT_GAP_MS = 30 * 60_000

/** How many views are remembered; engagement of an older, forgotten view is not credited, as it might be a repeat. */
const MAX_VIEWS = 20
/** More active time than this in one view is not believed. */
const MAX_ACTIVE_MS = 30 * 60_000
/** What opening a page of an intent's category is worth, in active seconds. */
const PAGE_VIEW_SCORE = 3
/** The most entries that holdings and custom attributes can each have; later ones are ignored. */
export const MAX_ENTRIES = 100

const hasOwn = (object: object, key: string) => Object.prototype.hasOwnProperty.call(object, key)

/** Every event says that the visitor was here. */
function foldPresence(profile: Profile, at: number): Profile {
  const { firstSeenAt = at, lastSeenAt, visits } = profile
  const seen = { ...profile, firstSeenAt: Math.min(firstSeenAt, at), lastSeenAt: Math.max(lastSeenAt ?? at, at) }
  if (lastSeenAt === undefined) return { ...seen, visits: { count: visits.count + 1, startedAt: at } }
  if (at - lastSeenAt <= VISIT_GAP_MS) return seen
  return { ...seen, visits: { count: visits.count + 1, startedAt: at, previousSeenAt: lastSeenAt } }
}

/** The view's record, or undefined when the view is older than all that are remembered. */
function findView({ views }: Profile, id: string, startedAt: number): ViewRecord | undefined {
  const known = views.latest.find((view) => view.id === id)
  const oldest = views.latest[0]
  if (!known && oldest && views.latest.length >= MAX_VIEWS && startedAt <= oldest.startedAt) return undefined
  return known ?? { id, startedAt, isCounted: false, rev: -1, activeMs: 0 }
}

function saveView(profile: Profile, view: ViewRecord, count = profile.views.count): Profile {
  const others = profile.views.latest.filter(({ id }) => id !== view.id)
  const latest = [...others, view].sort((a, b) => a.startedAt - b.startedAt).slice(-MAX_VIEWS)
  return { ...profile, views: { count, latest } }
}

/**
 * Adds to the interest in categories. Credits are dated to the start of their view, whatever snapshot brings them, and
 * each is decayed to the later of both moments: so the order in which they come makes no difference.
 */
function credit(profile: Profile, categories: readonly string[], score: number, at: number, site: Site): Profile {
  if (score <= 0 || categories.length === 0) return profile
  const { halfLifeHours } = site.intents
  const interests = { ...profile.interests }
  for (const category of categories) {
    const known = interests[category] ?? { score: 0, at }
    const latest = Math.max(known.at, at)
    interests[category] = {
      score: decay(known.score, latest - known.at, halfLifeHours) + decay(score, latest - at, halfLifeHours),
      at: latest,
    }
  }
  return { ...profile, interests }
}

function foldPageView(profile: Profile, { pv, at, mt, lo }: Event, site: Site): Profile {
  const view = findView(profile, pv, at - mt)
  if (!view || view.isCounted) return profile
  const intents = getCategories(site, lo).filter((id) => site.categories[id]?.intent)
  const counted = saveView(profile, { ...view, isCounted: true }, profile.views.count + 1)
  return credit(counted, intents, PAGE_VIEW_SCORE, view.startedAt, site)
}

function foldEngagement(
  profile: Profile,
  { pv, at, mt, lo }: Event,
  { rev, activeMs }: Engagement,
  site: Site,
): Profile {
  const view = findView(profile, pv, at - mt)
  if (!view || rev <= view.rev) return profile
  const total = Math.max(view.activeMs, Math.min(activeMs, MAX_ACTIVE_MS))
  const saved = saveView(profile, { ...view, rev, activeMs: total })
  return credit(saved, getCategories(site, lo), (total - view.activeMs) / 1_000, view.startedAt, site)
}

/** What a page says that it is about, by an event, counts like the view of a page that its path tells it of. */
function foldCustom(profile: Profile, { at, mt }: Event, custom: CustomEvent, site: Site): Profile {
  const intents = getItemCategories(site, custom).filter((id) => site.categories[id]?.intent)
  return credit(profile, intents, PAGE_VIEW_SCORE, at - mt, site)
}

const addHoldings = (profile: Profile, holdings: readonly string[]): Profile => ({
  ...profile,
  holdings: [...new Set([...profile.holdings, ...holdings])].slice(0, MAX_ENTRIES),
})

/** A goal that the site does not declare teaches nothing, so that no page can grow profiles with made-up names. */
function foldConversion(profile: Profile, goal: string, at: number, site: Site): Profile {
  if (!hasOwn(site.goals, goal)) return profile
  const known = profile.conversions[goal]
  const conversion = { count: (known?.count ?? 0) + 1, lastAt: Math.max(known?.lastAt ?? at, at) }
  const converted = { ...profile, conversions: { ...profile.conversions, [goal]: conversion } }
  return addHoldings(converted, site.goals[goal]?.holdings ?? [])
}

/** `null` takes an attribute away; `holdings` replaces what the visitor holds. */
function foldAttributes(profile: Profile, set: Readonly<Record<string, Json>>): Profile {
  const custom: Record<string, Json> = { ...profile.custom }
  let { holdings } = profile
  for (const [name, value] of Object.entries(set)) {
    if (name === 'holdings') holdings = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
    else if (value === null) delete custom[name]
    else if (hasOwn(custom, name) || Object.keys(custom).length < MAX_ENTRIES) custom[name] = value
  }
  return { ...profile, custom, holdings: [...new Set(holdings)].slice(0, MAX_ENTRIES) }
}

function foldByType(seen: Profile, event: AnyEvent, site: Site): Profile {
  switch (event.t) {
    case 'page_view':
      return foldPageView(seen, event, site)
    case 'engagement':
      return foldEngagement(seen, event, event.p, site)
    case 'conversion':
      return foldConversion(seen, event.p.goal, event.at, site)
    case 'custom':
      return foldCustom(seen, event, event.p, site)
    default:
      return seen
  }
}

/**
 * What one event teaches of a visitor. Pure: the event's `at` is the only clock, already corrected and not in the future.
 * Views and engagement may come repeated and in any order; other types count once per call, so the caller folds each
 * event id once. The generation rises by one.
 */
export function fold(profile: Profile, event: AnyEvent, site: Site): Profile {
  const next = { ...profile, generation: profile.generation + 1 }
  // Not the visitor's doing: a server told us.
  if (event.t === 'attributes') return foldAttributes(next, event.p.set)
  const seen = foldPresence(next, event.at)
  const learnt = foldDerived(profile, foldByType(seen, event, site), event, site)
  return foldAssignments(foldTrials(learnt, event, site), event, site)
}
