/**
 * Calls back once, when an element is no longer in the page: in the task that took it out, after whatever that task does
 * beside, so that an element which is only moved has not gone. For elements outside of shadow trees.
 */
export function onGone(element: Element, callback: () => void): () => void {
  const observer = new MutationObserver(() => {
    if (element.isConnected) return
    observer.disconnect()
    callback()
  })
  observer.observe(document, { childList: true, subtree: true })
  return () => observer.disconnect()
}
