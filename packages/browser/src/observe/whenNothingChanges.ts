import { onEvent, onHidden } from '@unblink/page'

const WAIT_MS = 1_000

/**
 * Calls back once, after a second in which nothing came of a click: no node of the document has changed, the focus stayed, nothing
 * scrolled or was selected, the address is the same and the page is still there.
 * @returns Gives up waiting.
 */
export function whenNothingChanges(callback: () => void): () => void {
  const { href } = location
  const stop = () => {
    clearTimeout(timer)
    changes.disconnect()
    undos.forEach((undo) => undo())
  }
  const changes = new MutationObserver(stop)
  changes.observe(document, { childList: true, subtree: true, attributes: true, characterData: true })
  const undos = [...['focusin', 'scroll', 'beforeunload'].map((type) => onEvent(type, stop)), onHidden(stop)]
  const timer = setTimeout(() => {
    stop()
    // Who selects text has clicked, too.
    if (href === location.href && getSelection()?.isCollapsed !== false) callback()
  }, WAIT_MS)
  return stop
}
