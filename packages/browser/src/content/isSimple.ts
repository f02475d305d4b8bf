import type { Content } from '@unblink/protocol'

/**
 * Whether the runtime itself can place a content at once: it fills the slot and does nothing else.
 * What leaves the children where they are has to wait for the last of them.
 */
export function isSimple(element: Element, content: Content): boolean {
  const names = String(Object.keys(content))
  return /^(text|html|template)$/.test(names) && (names !== 'html' || 'setHTML' in element)
}
