/**
 * What the engine's own safe list lets through with everything allowed, and a slot must not hold: another address for the
 * page or its links, and an element of which little is known. Handlers are on that list; but of those that it has no entry
 * of its own for (some thirty, `ontransitionrun` and `onstart` among them) Chromium 156 crashes when it takes them off, which
 * it does not when they are named. So they are all named, as the engine itself lists them.
 */
export function getSanitizer(): { sanitizer: { removeElements: string[]; removeAttributes: string[] } } {
  const names = ['onstart', 'onfinish', 'ondomcontentloaded']
  // Between them they have all that an element, a document and a window listen to.
  for (const one of [window, document, new Audio()] as object[])
    for (const name in one) if (/^on/.test(name)) names.push(name)
  return { sanitizer: { removeElements: ['meta', 'base', 'marquee'], removeAttributes: [...new Set(names)] } }
}

/** By its name either of them would stand in for a member of `document` (https://html.spec.whatwg.org/#dom-document-nameditem). */
export const removeNames = (root: ParentNode) =>
  root.querySelectorAll('form, img').forEach((one) => one.removeAttribute('name'))
