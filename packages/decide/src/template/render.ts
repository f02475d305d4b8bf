import type { Attributes, Json } from '@unblink/protocol'
import { getMember } from '../getMember.ts'
import { isList } from '../isList.ts'

export interface RenderOptions {
  /**
   * Lets `{{{name}}}` and `{{&name}}` put a value in as it is. Only for what goes through a sanitiser afterwards; without
   * it they are escaped like everything else. @default false
   */
  readonly allowUnsafe?: boolean
  /** What `{{name}}` does to a value, for text that goes elsewhere than into HTML. @default HTML's five signs and `/` `` ` `` `=` */
  readonly escape?: (value: string) => string
}

// A line that holds nothing but a section tag or a comment leaves no trace.
const STANDALONE = /^[ \t]*({{[#^/!](?:(?!}})[^])*}})[ \t]*(?:\r?\n|(?![^]))/gm
// Splits into text, kind, name, text, kind, name, …, text.
const TAG = /{{([#^/!&{=>]?)((?:(?!}})[^])*)}}/

const escapeHtml = (text: string) => text.replace(/[&<>"'`=/]/g, (character) => `&#${character.charCodeAt(0)};`)

/** Text as it is, or a tag: its kind, its name, and what is inside a section. */
type Node = string | readonly [kind: string, name: string, inner: readonly Node[]]

/** Reads up to the tag that closes `section`, and takes what it has read from `parts`. */
const parse = (parts: string[], section?: string): Node[] => {
  const nodes: Node[] = []
  for (let kind: string | undefined = ''; ;) {
    nodes.push(parts.shift()!.slice(+(kind === '{'))) // the third brace
    kind = parts.shift() ?? '/'
    const name = parts.shift()?.trim()
    if (kind === '/' ? name !== section : /[=>]/.test(kind)) {
      throw Error(`Template tag misplaced or unknown: ${name ?? section}`)
    }
    if (kind === '/') return nodes
    nodes.push([kind, name!, /[#^]/.test(kind) ? parse(parts, name) : []])
  }
}

/** The first part of a dotted name is looked for from the innermost section outwards, the rest inside what it finds. */
const lookUp = (name: string, stack: readonly Json[]): Json => {
  const steps = name.split('.')
  const hasFirst = (view: Json) => Object.keys(Object(view) as object).includes(steps[0]!)
  return name === '.' ? stack[0]! : steps.reduce(getMember, stack.find(hasFirst) as Json)
}

/**
 * Renders a Mustache template (https://mustache.github.io/mustache.5.html): variables, dotted names, sections, inverted
 * sections, comments, `{{.}}`; without partials, lambdas and other delimiters. Values are escaped for HTML text and for
 * quoted attribute values; only own properties are read. Throws an Error that names the tag which is not closed, not
 * opened, or not supported.
 */
export const render = (
  template: string,
  view: Attributes,
  { allowUnsafe, escape = escapeHtml }: RenderOptions = {},
): string => {
  const show = (nodes: readonly Node[], stack: readonly Json[]): string =>
    nodes
      .map((node) => {
        if (typeof node === 'string') return node
        const [kind, name, inner] = node
        const value = lookUp(name, stack)
        const items = isList(value) ? value : value ? [value] : []
        if (kind === '#') return items.map((item) => show(inner, [item, ...stack])).join('')
        if (kind === '^') return items.length ? '' : show(inner, stack)
        if (kind === '!' || value === null) return ''
        return allowUnsafe && kind ? `${value as string}` : escape(`${value as string}`)
      })
      .join('')
  return show(parse(template.replace(STANDALONE, '$1').split(TAG)), [view])
}
