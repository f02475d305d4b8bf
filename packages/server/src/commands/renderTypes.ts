import { isObject, type Content, type Json } from '@unblink/protocol'
import type { Site } from '../site/site.ts'

const quote = (name: string) => JSON.stringify(name)
const toUnion = (types: Iterable<string>) => [...new Set(types)].sort().join(' | ')
const indent = (text: string) => text.replace(/\n/g, '\n  ')

/** The TypeScript type of everything that is among these values; texts are any text, since another may be published. */
function toType(values: readonly Json[]): string {
  const types: string[] = values
    .filter((value) => !isObject(value) && !Array.isArray(value))
    .map((value) => (value === null ? 'null' : typeof value))
  const lists = values.filter((value): value is readonly Json[] => Array.isArray(value))
  const objects = values.filter(isObject) as Readonly<Record<string, Json>>[]
  if (lists.length > 0) types.push(`readonly (${toType(lists.flat()) || 'never'})[]`)
  if (objects.length > 0) types.push(toObjectType(objects))
  return toUnion(types)
}

/** One type for all of these objects; a member that some of them lack is optional. */
function toObjectType(objects: readonly Readonly<Record<string, Json>>[]): string {
  const names = [...new Set(objects.flatMap((one) => Object.keys(one)))].sort()
  if (names.length === 0) return 'Readonly<Record<string, never>>'
  const members = names.map((name) => {
    const holders = objects.filter((one) => Object.hasOwn(one, name))
    const isOptional = holders.length < objects.length
    return `readonly ${quote(name)}${isOptional ? '?' : ''}: ${toType(holders.map((one) => one[name]!))}`
  })
  return `{\n  ${members.map(indent).join('\n  ')}\n}`
}

const getContents = ({ experiences }: Site): readonly Content[] =>
  experiences.flatMap(({ variants }) =>
    variants.flatMap(({ content, rotation }) =>
      content ? [content, ...(content.more ?? []), ...(rotation?.contents ?? [])] : [],
    ),
  )

/** The type of what the contents give to each component, or action of the page's own, by its name. */
function toProps(site: Site, kind: 'component' | 'action'): string | undefined {
  const props = new Map<string, Readonly<Record<string, Json>>[]>()
  for (const content of getContents(site)) {
    const name = content[kind]
    if (name !== undefined) props.set(name, [...(props.get(name) ?? []), content.props ?? {}])
  }
  if (props.size === 0) return undefined
  const members = [...props].sort(([a], [b]) => (a < b ? -1 : 1))
  return `{\n  ${members.map(([name, all]) => indent(`readonly ${quote(name)}: ${toObjectType(all)}`)).join('\n  ')}\n}`
}

/**
 * The declaration file that tells the type checker of a site: its slots, its goals, and the props that its contents give
 * to each component and action. What the site has none of stays unchecked.
 * @param from Named in the first line: the config's file.
 */
export function renderTypes(site: Site, from: string): string {
  const slots = toUnion(Object.keys(site.slots).map(quote))
  const goals = toUnion(Object.keys(site.goals).map(quote))
  const components = toProps(site, 'component')
  const actions = toProps(site, 'action')
  const members = [
    ...(slots ? [`readonly slots: ${slots}`] : []),
    ...(goals ? [`readonly goals: ${goals}`] : []),
    ...(components ? [`readonly components: ${components}`] : []),
    ...(actions ? [`readonly actions: ${actions}`] : []),
  ]
  return `// Written by \`unblink types\` from ${from}. Write it again when that changes; do not edit it.
/* eslint-disable */
export {}

declare module '@unblink/protocol' {
  interface KnownSite {
    ${members.map((member) => member.replace(/\n/g, '\n    ')).join('\n    ')}
  }
}
`
}
