import type { Content } from '@unblink/protocol'
import { setSource } from './setSource.ts'

/** Resolves when the parser has left the element: what it still appended would be taken for something that is to go. */
const whenParsed = (element: Element): Promise<void> =>
  new Promise((resolve) => {
    const check = () => {
      if (!element.nextSibling && document.readyState === 'loading') return
      observer.disconnect()
      document.removeEventListener('DOMContentLoaded', check)
      resolve()
    }
    const observer = new MutationObserver(check)
    observer.observe(document, { childList: true, subtree: true })
    document.addEventListener('DOMContentLoaded', check)
    check()
  })

type Source = Pick<Content, 'src' | 'srcset'>

/** What is to be set, so that the addresses come last: each of them starts a load of its own. */
function set(element: Element, { src, srcset }: Source): void {
  if (srcset !== undefined) setSource(element, 'srcset', srcset)
  if (src !== undefined) setSource(element, 'src', src)
}

/** A new image like an old one, with the sources that it has around it and the addresses that it is to get. */
function copyImage(image: HTMLImageElement, changes: ReadonlyMap<Element, Source>): HTMLImageElement {
  const copy = new Image()
  for (const { name, value } of image.attributes)
    if (!/^(src|srcset|loading)$/.test(name)) copy.setAttribute(name, value)
  const picture = image.closest('picture')
  if (picture) {
    const sources = [...picture.querySelectorAll('source')].map((source) => {
      const twin = source.cloneNode() as Element
      set(twin, changes.get(source) ?? {})
      return twin
    })
    document.createElement('picture').append(...sources, copy)
  }
  const { src = image.getAttribute('src'), srcset = image.getAttribute('srcset') } = changes.get(image) ?? {}
  set(copy, { ...(srcset && { srcset }), ...(src && { src }) })
  return copy
}

/**
 * Copies of the images that get another address, with that address: outside the page, so that the old picture stays until the
 * new one can be painted. `decode()` of the image itself would be about the old one, which is its current request until the
 * new one has been loaded (https://html.spec.whatwg.org/#updating-the-image-data); so it would of a clone.
 */
function copyImages(slot: Element, { more = [], ...content }: Content): HTMLImageElement[] {
  const changes = new Map<Element, Source>()
  for (const { target, src, srcset } of [content, ...more]) {
    if (src === undefined && srcset === undefined) continue
    const element = target === undefined ? slot : slot.querySelector(target)
    // An earlier action brings it: then it has no old picture.
    if (!element) continue
    changes.set(element, {
      ...changes.get(element),
      ...(src !== undefined && { src }),
      ...(srcset !== undefined && { srcset }),
    })
  }
  const images = [...changes.keys()].map((element) => {
    const whole = element.closest('picture') ?? element
    return whole instanceof HTMLImageElement ? whole : whole.querySelector('img')
  })
  return [...new Set(images)].flatMap((image) => (image ? [copyImage(image, changes)] : []))
}

/**
 * Resolves when a content can be placed at once: the slot has been parsed, and images that get another address are decoded.
 * Rejects when one of them cannot be had.
 */
export async function whenReady(slot: Element, content: Content): Promise<void> {
  await whenParsed(slot)
  await Promise.all(copyImages(slot, content).map((image) => image.decode()))
}
