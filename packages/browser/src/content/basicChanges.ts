import type { Content } from '@unblink/protocol'
import type { Undo } from './undo.ts'
import type { Changes } from './change.ts'
import { isAllowedAttribute } from './isAllowedAttribute.ts'
import { getSanitizer, removeNames } from './sanitizer.ts'

/** Brings new nodes: in the place of the element's children, or where `place` says. */
export function insert(element: Element, node: Node | string, { place }: Content): Undo {
  if (place === undefined) {
    const old = [...element.childNodes]
    element.replaceChildren(node)
    return () => element.replaceChildren(...old)
  }
  if (!/^(before|after|prepend|append)$/.test(place) || !(element[place] instanceof Function)) throw Error(place)
  const holder = document.createDocumentFragment()
  holder.append(node)
  const nodes = [...holder.childNodes]
  element[place](holder)
  return () => nodes.forEach((one) => one.remove())
}

/** An element like the one that the nodes are for, which decides what the parser makes of them; never in the page. */
export const getScratch = ({ namespaceURI, localName, parentElement }: Element, { place }: Content): Element =>
  place === 'before' || place === 'after'
    ? getScratch(parentElement!, {})
    : // Its own constructor is not to run for it.
      document.createElementNS(namespaceURI, localName.includes('-') ? 'div' : localName)

/** The nodes of an element, for `insert`. */
export function takeNodes(scratch: ParentNode): Node {
  const nodes = document.createDocumentFragment()
  nodes.append(...scratch.childNodes)
  return nodes
}

function setAttribute(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name)
  else element.setAttribute(name, value)
}

/** What fills an element or changes how it is marked up; every engine with `setHTML` can do all of it. */
export const BASIC_CHANGES: Changes = {
  text: (element, text: string, action) => insert(element, document.createTextNode(text), action),
  html(element, html: string, action) {
    const scratch = getScratch(element, action)
    // Throws where the engine has none.
    scratch.setHTML!(html, getSanitizer())
    removeNames(scratch)
    return insert(element, takeNodes(scratch), action)
  },
  template: (element, id: string, action) =>
    insert(element, document.importNode((document.getElementById(id) as HTMLTemplateElement).content, true), action),
  attributes(element, attributes: Record<string, string>) {
    const names = Object.keys(attributes)
    if (!Object.entries(attributes).every(isAllowedAttribute)) throw Error('attributes')
    const old = names.map((name) => element.getAttribute(name))
    names.forEach((name) => setAttribute(element, name, attributes[name]!))
    return () => names.forEach((name, index) => setAttribute(element, name, old[index]!))
  },
  class(element, names: string) {
    const added = names.split(/\s+/).filter((name) => name && !element.classList.contains(name))
    const hadClass = element.hasAttribute('class')
    element.classList.add(...added)
    return () => {
      element.classList.remove(...added)
      if (!hadClass && !element.className) element.removeAttribute('class')
    }
  },
}
