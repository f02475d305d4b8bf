import type { Slot } from '@unblink/protocol'
import { selectAll, selectOne } from 'css-select'
import { parseDocument } from 'htmlparser2'
import { getClosest } from './getClosest.ts'
import type { Problem } from './problem.ts'

/** A page as its server sends it. */
export interface PageSource {
  /** Its file or address, as it was given. */
  readonly name: string
  readonly html: string
}

type Nodes = ReturnType<typeof parseDocument>['children']

const getSelector = (name: string, { selector }: Slot): string => selector ?? `[data-unblink=${JSON.stringify(name)}]`

/** The slots that a page names itself, by attribute or as an element of ours. */
const readNames = (nodes: Nodes): string[] =>
  selectAll('[data-unblink], unblink-slot[name]', nodes).flatMap((one) =>
    'attribs' in one ? (one.attribs['data-unblink'] ?? one.attribs.name ?? []) : [],
  )

/** Elements that an engine makes where a page leaves out their tags. */
const IMPLIED = ['html', 'head', 'body', 'tbody']

const isImplied = (selector: string, nodes: Nodes): boolean =>
  IMPLIED.some((tag) => new RegExp(`(^|[\\s>+~,(])${tag}(?![\\w-])`, 'i').test(selector) && !selectOne(tag, nodes))

/** Whether one of the page's elements is what a selector asks for; also where the selector is for an engine alone to judge. */
function mayFind(selector: string, nodes: Nodes): boolean {
  try {
    return selectOne(selector, nodes) !== null || isImplied(selector, nodes)
  } catch {
    return true
  }
}

/**
 * What a site's slots and its pages do not know of each other: slots that none of the pages has, and slots in a page that the
 * site does not declare. What a script makes of a page is not seen.
 */
export function findPageDoubts(slots: Readonly<Record<string, Slot>>, pages: readonly PageSource[]): Problem[] {
  const read = pages.map(({ name, html }) => {
    const nodes = parseDocument(html).children
    return { page: name, nodes, names: new Set(readNames(nodes)) }
  })
  const declared = Object.keys(slots)
  const missing = declared.filter((name) => {
    const slot = slots[name]!
    const isElement = slot.selector === undefined && read.some(({ names }) => names.has(name))
    return !isElement && !read.some(({ nodes }) => mayFind(getSelector(name, slot), nodes))
  })
  const undeclared = new Set(read.flatMap(({ names }) => [...names]).filter((name) => !declared.includes(name)))
  return [
    ...missing.map((name) => ({
      path: ['slots', name],
      message: `no element of the page${pages.length === 1 ? '' : 's'} is this slot; give it one that ${getSelector(name, slots[name]!)} finds, or remove the slot`,
    })),
    ...[...undeclared].map((name) => {
      const closest = getClosest(name, declared)
      const { page } = read.find(({ names }) => names.has(name))!
      return {
        path: ['slots'],
        message: `${page} has the slot "${name}", which is not declared, so its default stays; ${closest ? `did you mean "${closest}"?` : `add "${name}", or take it out of the page`}`,
      }
    }),
  ]
}
