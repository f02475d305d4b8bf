import type { AnyEvent } from '@unblink/protocol'
import { createProfile } from '../profile/createProfile.ts'
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
}

export interface Collected {
  readonly stored: readonly StoredEvent[]
  readonly duplicates: number
  /** Duplicates that say something else than the event stored first, which stands. */
  readonly conflicts: number
  /** After the events; undefined without a visitor. */
  readonly profile: Profile | undefined
  readonly isChanged: boolean
}

function withSource(event: AnyEvent): AnyEvent {
  if (event.t !== 'page_view') return event
  const { source } = event.p
  return { ...event, p: { ...event.p, source: { ...source, class: classifySource(source) } } }
}

/**
 * Stores events and folds the new ones into the visitor's profile. Runs inside a writer's job, so that both are kept or
 * neither: the profile is always what its stored events, replayed in order, give.
 */
export function collect({ site, store, events, visitor, sentAt, receivedAt }: CollectInput): Collected {
  const before = visitor === undefined ? undefined : (store.getProfile(visitor) ?? createProfile(visitor))
  const stored: StoredEvent[] = []
  let profile = before
  let conflicts = 0
  for (const sent of events) {
    const event = withSource({
      ...scrubEvent(sent, site.queryAllowList),
      at: getEventTime(sent.at, sentAt, receivedAt),
    })
    const entry = { event, receivedAt }
    if (store.insertEvent(entry, visitor)) {
      stored.push(entry)
      if (profile) profile = fold(profile, event, site)
    } else if (!store.isSameEvent(event)) conflicts++
  }
  const isChanged = profile !== before
  if (profile && isChanged) store.saveProfile(profile)
  return { stored, duplicates: events.length - stored.length, conflicts, profile, isChanged }
}
