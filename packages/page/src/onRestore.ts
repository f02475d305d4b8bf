import { onEvent } from './onEvent.ts'

/** Calls back each time the page returns from the back/forward cache, scripts and state intact. Never on a load. */
export const onRestore = (callback: () => void): (() => void) =>
  onEvent('pageshow', ({ persisted }: PageTransitionEvent) => {
    if (persisted) callback()
  })
