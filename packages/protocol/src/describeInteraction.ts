import type { Interaction } from './event.ts'
import { nameTarget, type Named } from './nameTarget.ts'
import { scrubText } from './scrubText.ts'

/** What is read of the elements that an event's path leads through; the last of a path are the document and the window. */
export interface PathNode extends Named {
  readonly href?: unknown
  readonly origin?: string
  readonly pathname?: string
  readonly protocol?: string
}

const CONTROL = /^(a|area|button|input|select|textarea|summary|label)$/
const LINK = /^a(rea)?$/

/** Path of a link for the site's own, origin and path for others, without query and fragment; else only the scheme. */
function getHref({ href, origin, pathname, protocol }: PathNode, ownOrigin: string): string | undefined {
  // A link without an address, or one in an SVG, whose address is an object.
  if (!href || typeof href !== 'string') return undefined
  if (!protocol!.startsWith('http')) return protocol
  return scrubText(origin === ownOrigin ? pathname! : origin! + pathname)
}

/**
 * A click or submit as it is reported: the control that it was meant for by tag and id, and the path of a link. Never reads
 * what an element holds or what was typed, and calls nothing on it.
 * @param path From the innermost node on, as `composedPath` gives it.
 * @param ownOrigin Of the page.
 * @returns Undefined for what was dispatched at the document or the window itself.
 */
export function describeInteraction(
  kind: 'click' | 'submit',
  path: readonly PathNode[],
  ownOrigin: string,
): Pick<Interaction, 'kind' | 'target' | 'href'> | undefined {
  const find = (pattern: RegExp) =>
    kind === 'click' ? path.find(({ localName }) => pattern.test(localName as string)) : undefined
  const target = find(CONTROL) || path[0]!
  if (!target.localName) return undefined
  const link = find(LINK)
  const described = { kind, target: scrubText(nameTarget(target)), href: link && getHref(link, ownOrigin) }
  // JSON leaves out what is undefined.
  return described as Pick<Interaction, 'kind' | 'target' | 'href'>
}
