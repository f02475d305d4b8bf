import type { XssReport } from './watchXss.ts'

/** What is left in the slots that must not be there. Runs in the page. */
export function readXss(): XssReport & {
  readonly handlers: readonly string[]
  readonly elements: readonly string[]
  readonly links: readonly string[]
  readonly unseen: readonly string[]
  readonly isHostWhole: boolean
  /** How many slots show their content. */
  readonly applied: number
} {
  const { fired, errors, violations } = (window as unknown as { xssReport: XssReport }).xssReport
  const inside = [...document.querySelectorAll('[data-unblink], [data-unblink] *')]
  const getNames = Element.prototype.getAttributeNames
  const get = (element: Element, name: string) => Element.prototype.getAttribute.call(element, name) ?? ''
  const names = inside.flatMap((element) => getNames.call(element))
  const slots = [...document.querySelectorAll('[data-unblink]')]
  const isUnseen = (slot: Element) => {
    const { visibility, opacity } = getComputedStyle(slot)
    return visibility === 'hidden' || opacity === '0'
  }
  return {
    fired,
    errors,
    violations,
    // One that the engine has never heard of is a name like any other.
    handlers: names.filter(
      (name) => /^on/.test(name) && [window, document, new Audio()].some((listener) => name in listener),
    ),
    // Of another namespace they are names without a meaning, but for SVG's own script and what it copies.
    elements: [
      ...document.querySelectorAll('[data-unblink] :is(script, use, iframe, frame, object, embed, base, meta)'),
    ]
      .filter(
        ({ namespaceURI, localName }) =>
          /xhtml$/.test(namespaceURI!) || (/svg$/.test(namespaceURI!) && /^(script|use)$/.test(localName)),
      )
      .map((element) => element.outerHTML.slice(0, 120)),
    links: [...document.querySelectorAll('[data-unblink] :is(a, area, form, button, input)')]
      // As the address parser reads it: without control characters at its ends, and tabs and line ends anywhere.
      .filter((element) =>
        (/svg$/.test(element.namespaceURI!) ? ['href', 'xlink:href'] : ['href', 'action', 'formaction']).some((name) =>
          // eslint-disable-next-line no-control-regex -- that is what is looked for
          /^javascript:/i.test(get(element, name).replace(/^[\u0000-\u0020]+|[\t\n\r]/g, '')),
        ),
      )
      .map((element) => element.outerHTML.slice(0, 120)),
    unseen: slots.filter(isUnseen).map((slot) => slot.outerHTML.slice(0, 120)),
    isHostWhole:
      (window.unblink as { v?: unknown } | undefined)?.v === 1 &&
      typeof document.getElementById === 'function' &&
      document.body instanceof HTMLBodyElement &&
      typeof location.href === 'string' &&
      typeof document.cookie === 'string' &&
      document.head instanceof HTMLHeadElement,
    applied: Object.values(window.unblink!.slots).filter(({ state }) => state === 2).length,
  }
}
