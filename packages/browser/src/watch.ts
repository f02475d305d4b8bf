import type { Put } from './crossfade.ts'
import { learnInVisit, type LoadCrossfade } from './observe/learnInVisit.ts'
import type { EarlyEvent, ObserveContext } from './observe/ObserveContext.ts'
import { observeFrustration } from './observe/observeFrustration.ts'
import { observePointer } from './observe/observePointer.ts'
import { observeScroll } from './observe/observeScroll.ts'
import { observeVitals } from './observe/observeVitals.ts'
import { warnOfUndeclared } from './observe/warnOfUndeclared.ts'

export { rememberDecisions } from './rememberDecisions.ts'
export { rememberRequest } from './rememberRequest.ts'

/**
 * What is watched of a view beyond its first facts, as a file of its own that is fetched when the slots have been painted: see
 * `loadWatch`.
 * @param early What the pointer has done before this was there.
 * @param place The runtime's own, and so `loadMore`.
 */
export function watch(
  context: ObserveContext,
  early: readonly EarlyEvent[],
  place: Put,
  loadMore: LoadCrossfade,
): () => void {
  warnOfUndeclared(context.boot)
  const undos = [
    observePointer(context, early),
    observeScroll(context),
    observeFrustration(context),
    observeVitals(context),
    learnInVisit(context, place, loadMore),
  ]
  return () => undos.forEach((undo) => undo())
}
