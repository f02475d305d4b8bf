/**
 * Listens on the window, passively and by default in the capture phase, so that a host's `stopPropagation` cannot
 * silence us; events dispatched at the document are seen too. Harmless where there is no window.
 * @returns Stops listening. By `removeEventListener`: Safari before 15 ignores a listener's `signal` and would never stop.
 */
export function onEvent(type: string, callback: (event: never) => void, capture = true): () => void {
  const options: AddEventListenerOptions = { capture, passive: true }
  globalThis.addEventListener?.(type, callback as EventListener, options)
  return () => globalThis.removeEventListener?.(type, callback as EventListener, options)
}
