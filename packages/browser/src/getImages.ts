import type { Content } from '@unblink/protocol'
import { getSanitizer } from './content/sanitizer.ts'

/** Of an address that makes no sense, a link's is as it was given, where URL would throw. */
const resolve = (address: string | null) => Object.assign(document.createElement('a'), { href: address }).href

/**
 * Addresses of the images that a content brings, for a head that asks for them early. Read in a document of its own, where
 * nothing is loaded; an image with a `srcset` is left out, because only its place in the page says which file it takes.
 */
export function getImages({ html, template, src, srcset, more = [] }: Content): string[] {
  // Read before anything in it could take its name: https://html.spec.whatwg.org/#dom-document-nameditem
  const { body } = document.implementation.createHTMLDocument()
  if (html) body.setHTML?.(html, getSanitizer())
  const source = template && document.getElementById(template)
  const root = source instanceof HTMLTemplateElement ? source.content : body
  const images = [...root.querySelectorAll('img[src]:not([srcset])')].map((image) => image.getAttribute('src'))
  if (src && !srcset) images.push(src)
  return [...images.map(resolve), ...more.flatMap(getImages)]
}
