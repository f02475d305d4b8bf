import { getSanitizer, removeNames } from './sanitizer.ts'
import { toText } from './toText.ts'

/**
 * What an engine without `setHTML` shows of some markup: what the page's own sanitiser leaves of it, else its text alone, or an error (`toText`). What
 * the sanitiser returns is a node, never a string, so that nothing is parsed after it has been judged.
 */
export function sanitise(html: string): Node {
  const { sanitize, queue } = window.unblink!
  // The queue is worked off only when all slots have been shown.
  const plugIn = sanitize ?? queue.find(([name]) => name === 'sanitizer')?.[1]
  const given: unknown = typeof plugIn === 'function' ? (plugIn as (html: string) => unknown)(html) : undefined
  if (!(given instanceof Node)) {
    if (plugIn)
      console.warn(
        '[unblink] The sanitizer returned no node, so text is shown. Let it return a DocumentFragment: DOMPurify does with RETURN_DOM_FRAGMENT.',
      )
    return document.createTextNode(toText(html))
  }
  const holder = document.createDocumentFragment()
  holder.append(given)
  holder.querySelectorAll(getSanitizer().sanitizer.removeElements.join()).forEach((one) => one.remove())
  removeNames(holder)
  return holder
}
