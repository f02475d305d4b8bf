import type { Content } from '@unblink/protocol'

/** Attributes that may be set from content: no event handlers, no style, nothing that loads or navigates by itself. */
const ATTRIBUTE = /^(aria-[a-z]+|data-[a-z-]+|alt|title|lang|dir|role|href|target|rel)$/
/** Addresses that may be linked to; everything with another scheme is refused (https://url.spec.whatwg.org/#url-scheme-string). */
const ADDRESS = /^(https?:|mailto:|tel:|[/?#]|[^:]*$)/i

/**
 * What the engine's own safe list lets through with everything allowed, and a slot must not hold: another address for the
 * page or its links, and an element whose handlers crash Chromium 156 while they are taken off.
 */
export const SANITIZER = { sanitizer: { removeElements: ['meta', 'base', 'marquee'] } }

/**
 * Places a content that the snippet left to the runtime: changes of the slot element itself, alone or beside new children.
 * @returns False when the content asks for something that cannot be done here; then nothing was changed.
 */
export function place(
  element: Element,
  { text, html, template, attributes = {}, class: className, component }: Content,
): boolean {
  const names = Object.keys(attributes)
  const isAllowed = (name: string) =>
    ATTRIBUTE.test(name) && (name !== 'href' || ADDRESS.test(attributes[name]!.trim()))
  if (component !== undefined || !names.every(isAllowed)) return false

  if (template !== undefined) {
    const source = document.getElementById(template)
    if (!(source instanceof HTMLTemplateElement)) return false
    element.replaceChildren(document.importNode(source.content, true))
  } else if (html !== undefined) {
    if (!element.setHTML) return false
    element.setHTML(html, SANITIZER)
    // By its name either of them would stand in for a member of `document` (https://html.spec.whatwg.org/#dom-document-nameditem).
    element.querySelectorAll('form, img').forEach((one) => one.removeAttribute('name'))
  } else if (text !== undefined) {
    element.textContent = text
  }
  for (const name of names) element.setAttribute(name, attributes[name]!)
  if (className) element.classList.add(...className.split(/\s+/).filter(Boolean))
  return true
}

/** The same for the snippet, which shows the baseline when it throws. */
export function mustPlace(element: Element, content: Content): void {
  if (!place(element, content)) throw Error('place')
}
