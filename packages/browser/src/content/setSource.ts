import type { Undo } from './undo.ts'

/** Throws for what is no address at all. */
const isLoadable = (address: string) => /^https?:$/.test(new URL(address, document.baseURI).protocol)

/**
 * Sets `src` or `srcset` of an `<img>` or a `<source>`. Throws for other elements, and for addresses that are not `http:` or
 * `https:`. Of a `srcset` each word is looked at, whether it is an address or says how large one is.
 */
export function setSource(element: Element, name: 'src' | 'srcset', value: string): Undo {
  const words = name === 'src' ? [value] : value.split(/[\s,]+/).filter(Boolean)
  const isSource = element instanceof HTMLImageElement || element instanceof HTMLSourceElement
  if (!isSource || !value.trim() || !words.every(isLoadable)) throw Error(name)
  const old = element.getAttribute(name)
  element.setAttribute(name, value)
  return () => {
    if (old === null) element.removeAttribute(name)
    else element.setAttribute(name, old)
  }
}
