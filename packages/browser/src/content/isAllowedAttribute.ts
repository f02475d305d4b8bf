/** Attributes that may be set from content: no event handlers, no style, nothing that loads or navigates by itself. */
const ATTRIBUTE = /^(aria-[a-z]+|data-[a-z-]+|alt|title|lang|dir|role|href|target|rel)$/
/** Addresses that may be linked to; everything with another scheme is refused (https://url.spec.whatwg.org/#url-scheme-string). */
const ADDRESS = /^(https?:|mailto:|tel:|[/?#]|[^:]*$)/i

export const isAllowedAttribute = ([name, value]: readonly [name: string, value: string]): boolean =>
  ATTRIBUTE.test(name) && (name !== 'href' || ADDRESS.test(value.trim()))
