import { createUuid7 } from '@unblink/page'
import type { NavigationKind } from '@unblink/protocol'

/** One page view: a load, a return from the back/forward cache, or a route change. */
export interface View {
  readonly id: string
  readonly kind: NavigationKind
  /** Monotonic milliseconds (performance.now) at which the visitor could see the page. */
  readonly startedAt: number
  /** Path of the page. The query stays in the browser: it may hold anything. */
  readonly location: string
}

/** The view that begins now or, for a load, began when the page did. */
export function createView(kind?: NavigationKind): View {
  const navigation = performance.getEntriesByType('navigation')[0]
  const isReload = navigation?.type === 'reload'
  return {
    id: createUuid7(),
    kind: kind ?? (isReload ? 'reload' : 'load'),
    startedAt: kind ? performance.now() : (navigation?.activationStart ?? 0),
    location: location.pathname,
  }
}
