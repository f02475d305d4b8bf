import { onEvent } from './onEvent.ts'

/**
 * Calls back when the page is hidden or left; it may do so twice on the way out, so callers are idempotent.
 * `pagehide` covers engines that navigate away without `visibilitychange` (https://bugs.webkit.org/show_bug.cgi?id=116769).
 * With `capture` false the callback runs after all that capture: for whoever sends what the others have just noted.
 */
export function onHidden(callback: () => void, capture?: boolean): () => void {
  const undos = [
    onEvent('pagehide', callback, capture),
    onEvent(
      'visibilitychange',
      () => {
        if (document.hidden) callback()
      },
      capture,
    ),
  ]
  return () => undos.forEach((undo) => undo())
}
