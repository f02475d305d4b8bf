import { getSanitizer, removeNames } from './sanitizer.ts'

/** https://www.w3.org/TR/trusted-types/ */
interface TrustedTypePolicies {
  createPolicy(name: string, rules: { createHTML: (html: string) => string }): { createHTML(html: string): string }
}

let policy: ReturnType<TrustedTypePolicies['createPolicy']> | undefined

/**
 * The text of some markup. It is parsed in a document that is never shown, runs nothing and loads nothing; only where the
 * page demands Trusted Types does that need a policy.
 */
function toText(html: string): string {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypePolicies }
  policy ??= trustedTypes?.createPolicy('unblink', { createHTML: (given) => given })
  const { body } = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, 'text/html')
  body.querySelectorAll('script, style, template, noscript, iframe, title, textarea').forEach((one) => one.remove())
  return body.textContent.trim()
}

/**
 * What an engine without `setHTML` shows of some markup: what the page's own sanitiser leaves of it, else its text alone. What
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
