import { onEvent } from './onEvent.ts'

/** Calls back each time the page comes to the foreground: another tab was left, or a prerendered page is shown. */
export const onVisible = (callback: () => void): (() => void) =>
  onEvent('visibilitychange', () => {
    if (document.visibilityState === 'visible') callback()
  })
