import type { AnyEvent } from '@unblink/protocol'
import type { Site } from '../../site/site.ts'
import type { Profile } from '../profile.ts'
import type { Fact } from './fact.ts'
import { kinds, type DerivedState } from './kinds.ts'

const LATE_MS = 3_600_000

const findView = ({ views }: Profile, id: string) => views.latest.find((view) => view.id === id)

/**
 * Folds an event into the attributes that the site declares. Pure.
 * @param before The profile as it was before the event.
 * @param after The same with all else that the event teaches.
 */
export function foldDerived(before: Profile, after: Profile, event: AnyEvent, site: Site): Profile {
  const declared = Object.entries(site.attributes)
  if (declared.length === 0) return after
  const old = findView(before, event.pv)
  const view = findView(after, event.pv)
  const fact: Fact = {
    event,
    activeMs: (view?.activeMs ?? 0) - (old?.activeMs ?? 0),
    isNewView: !!view?.isCounted && !old?.isCounted,
    viewedAt: view?.startedAt ?? event.at,
    faults: { missing: 0, outOfRange: 0 },
    isLate: before.lastSeenAt !== undefined && event.at < before.lastSeenAt - LATE_MS,
  }
  let changes: Record<string, DerivedState> | undefined
  const isLast = ([, { kind }]: (typeof declared)[number]) => kind === 'quality'
  for (const [name, declaration] of [...declared.filter((one) => !isLast(one)), ...declared.filter(isLast)]) {
    const state = before.derived && Object.hasOwn(before.derived, name) ? before.derived[name] : undefined
    const next = kinds[declaration.kind].fold(state, declaration, fact)
    if (next && next !== state) (changes ??= {})[name] = next
  }
  return changes ? { ...after, derived: { ...after.derived, ...changes } } : after
}
