import { onEvent } from './onEvent.ts'

/**
 * Calls back once: now, or when a prerendered page is shown to the visitor. A prerendered page that never is stays silent.
 * @returns Gives up waiting. https://wicg.github.io/nav-speculation/prerendering.html
 */
export function whenActivated(callback: () => void): () => void {
  if (typeof document === 'object' && (document as Document & { prerendering?: boolean }).prerendering) {
    const stop = onEvent('prerenderingchange', () => {
      stop()
      callback()
    })
    return stop
  }
  callback()
  return () => {}
}
