import type { Content } from '@unblink/protocol'

/**
 * Addresses of the images that a content brings, for a head that asks for them early. Read in a document of its own, where
 * nothing is loaded; an image with a `srcset` is left out, because only its place in the page says which file it takes.
 */
export function getImages({ html, template }: Content): string[] {
  const inert = document.implementation.createHTMLDocument()
  if (html) inert.body.setHTML?.(html, { sanitizer: {} })
  const source = template && document.getElementById(template)
  const root = source instanceof HTMLTemplateElement ? source.content : inert.body
  return [...root.querySelectorAll('img[src]:not([srcset])')].map(
    (image) => new URL(image.getAttribute('src')!, document.baseURI).href,
  )
}
