import type { AnyEvent } from '@unblink/protocol'
import { getCredits, type Credit } from '../model/credit.ts'
import { createProfile } from '../profile/createProfile.ts'
import { getFaults } from '../profile/derived/getFaults.ts'
import { fold } from '../profile/fold.ts'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import type { Store, StoredEvent } from '../store/createStore.ts'
import { classifySource } from './classifySource.ts'
import { getEventTime } from './getEventTime.ts'
import { scrubEvent } from './scrubEvent.ts'

export interface CollectInput {
  readonly site: Site
  readonly store: Store
  readonly events: readonly AnyEvent[]
  /** Left out when the events may be kept but belong to nobody. */
  readonly visitor: string | undefined
  /** The sender's clock when it sent, and ours when it arrived; epoch milliseconds. */
  readonly sentAt: number
  readonly receivedAt: number
  /** The sender says that it is a bot: its events are kept, marked, and belong to nobody. @default false */
  readonly isBot?: boolean
}

export interface Collected {
  readonly stored: readonly StoredEvent[]
  readonly duplicates: number
  /** Duplicates that say something else than the event stored first, which stands. */
  readonly conflicts: number
  /** After the events; undefined without a visitor. */
  readonly profile: Profile | undefined
  readonly isChanged: boolean
  /** What the events teach the site's bandits, once they are committed. */
  readonly credits: readonly Credit[]
  /** What is wrong with the data, by fault, where the site declares an attribute that says so. */
  readonly faults: ReturnType<typeof getFaults>
  /** Whether this is the first that is stored of the visitor. */
  readonly isNew: boolean
}

function withSource(event: AnyEvent): AnyEvent {
  if (event.t !== 'page_view') return event
  const { source } = event.p
  return { ...event, p: { ...event.p, source: { ...source, class: classifySource(source) } } }
}

/** What was collected, when some of it turns out to have been stored before; `profile` is then known better. */
export function withoutRepeats(
  collected: Collected,
  repeats: ReadonlySet<string>,
  profile: Profile | undefined,
): Collected {
  const stored = collected.stored.filter(({ event }) => !repeats.has(event.i))
  const duplicates = collected.duplicates + collected.stored.length - stored.length
  const isChanged = collected.isChanged && stored.length > 0
  const credits = isChanged ? collected.credits : []
  return { ...collected, stored, duplicates, profile, isChanged, credits, isNew: collected.isNew && isChanged }
}

/** For each view, how far its numbers go and how many events are new. What a server sets belongs to no view. */
function countArrivals(store: Store, stored: readonly StoredEvent[], receivedAt: number): void {
  const views = new Map<string, { highest: number; stored: number }>()
  for (const { event } of stored) {
    if (event.t === 'attributes') continue
    const view = views.get(event.pv) ?? { highest: -1, stored: 0 }
    views.set(event.pv, { highest: Math.max(view.highest, event.n), stored: view.stored + 1 })
  }
  for (const [view, counts] of views) store.countArrivals({ view, ...counts, receivedAt })
}

/**
 * Stores events and folds the new ones into the visitor's profile. Runs inside a writer's job, so that both are kept or
 * neither: the profile is always what its stored events, replayed in order, give.
 */
export function collect({
  site,
  store,
  events,
  visitor: sender,
  sentAt,
  receivedAt,
  isBot = false,
}: CollectInput): Collected {
  const visitor = isBot ? undefined : sender
  const known = visitor === undefined ? undefined : store.getProfile(visitor)
  const before = visitor === undefined ? undefined : (known ?? createProfile(visitor))
  const stored: StoredEvent[] = []
  let profile = before
  const credits: Credit[] = []
  let conflicts = 0
  for (const sent of events) {
    const event = withSource({
      ...scrubEvent(sent, site.queryAllowList),
      at: getEventTime(sent.at, sentAt, receivedAt),
    })
    const entry: StoredEvent = isBot ? { event, receivedAt, isBot } : { event, receivedAt }
    if (store.insertEvent(entry, visitor)) {
      stored.push(entry)
      if (profile) {
        const folded = fold(profile, event, site)
        credits.push(...getCredits(profile, folded, site))
        profile = folded
      }
    } else if (!store.isSameEvent(event)) conflicts++
  }
  const isChanged = profile !== before
  if (profile && isChanged) store.saveProfile(profile)
  if (!isBot) countArrivals(store, stored, receivedAt)
  return {
    stored,
    duplicates: events.length - stored.length,
    conflicts,
    profile,
    isChanged,
    credits,
    faults: before && profile ? getFaults(before, profile, site) : {},
    isNew: isChanged && !known,
  }
}
