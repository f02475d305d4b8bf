import type { Undo } from './undo.ts'

/**
 * How a thing looks, how large it is and how it lies among its neighbours; not where it lies on the page: what could cover
 * other things (`position`, `z-index`, `transform`) or run by itself (`animation`, `transition`) is the page's to say. Custom
 * properties are the page's own offer.
 */
const PROPERTY =
  /^(--[\w-]+|((min|max)-)?(width|height|inline-size|block-size)|(background|border|outline|font|text|list-style|margin|padding|align|justify|place|flex|grid|column|columns|row|object|overflow|scroll|caption|box|word|white-space|line|letter|hyphens|tab|vertical|aspect|accent|caret)(-[a-z-]+)?|color|color-scheme|opacity|visibility|display|order|gap|fill|stroke|filter|direction|clear|float)$/
/** What a value may call: none of them loads anything, as `url()` and `image-set()` do. */
const FUNCTION =
  /^(|rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix|light-dark|calc|min|max|clamp|round|var|env|(repeating-)?(linear|radial|conic)-gradient|repeat|minmax|fit-content|blur|brightness|contrast|grayscale|hue-rotate|invert|opacity|saturate|sepia|drop-shadow)$/i

/** A backslash could spell the name of a function, a comment part it. */
const isHarmless = (value: string): boolean =>
  !/\\|\/\*|[;{}]/.test(value) && [...value.matchAll(/([\w-]*)\(/g)].every(([, name]) => FUNCTION.test(name!))

/**
 * Sets properties through the CSSOM, which no Content-Security-Policy forbids
 * (https://www.w3.org/TR/CSP3/#directive-style-src). Throws for one that is not on the list, or that the engine does not know.
 */
export function setStyle(element: Element, properties: Readonly<Record<string, string>>): Undo {
  const { style } = element as HTMLElement
  const names = Object.keys(properties)
  for (const name of names) {
    const value = properties[name]!
    if (!PROPERTY.test(name) || !isHarmless(value) || !CSS.supports(name, value)) throw Error(name)
  }
  const hadStyle = element.hasAttribute('style')
  const old = names.map((name) => [name, style.getPropertyValue(name), style.getPropertyPriority(name)] as const)
  names.forEach((name) => style.setProperty(name, properties[name]!))
  return () => {
    // Of a shorthand the longhands that were set before come back one by one.
    old.forEach(([name]) => style.removeProperty(name))
    old.forEach(([name, value, priority]) => style.setProperty(name, value, priority))
    if (!hadStyle && !element.getAttribute('style')) element.removeAttribute('style')
  }
}
