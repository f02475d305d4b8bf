import type { Content, Json } from '@unblink/protocol'

/** The members of a content whose strings are templates. */
const MEMBERS = ['text', 'html', 'attributes', 'src', 'srcset', 'redirect', 'props'] as const
const TAG = /{{([#^/!&{]?)\s*([^{}]*?)\s*}}/g

const getStrings = (value: Json | undefined): string[] => {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(getStrings) : []
}

/** The names that the templates of a content ask of the attributes themselves; what is inside a section may be the section's. */
export function readTemplateNames(content: Content): string[] {
  const names = new Set<string>()
  const strings = [content, ...(content.more ?? [])].flatMap((one) =>
    MEMBERS.flatMap((member) => getStrings(one[member] as Json | undefined)),
  )
  for (const text of strings) {
    let depth = 0
    for (const [, kind = '', name = ''] of text.matchAll(TAG)) {
      if (kind === '/') depth--
      else if (kind !== '!' && depth === 0 && name !== '.') names.add(name)
      if (kind === '#' || kind === '^') depth++
    }
  }
  return [...names]
}
