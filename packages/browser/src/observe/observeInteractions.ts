import { onEvent } from '@unblink/page'
import { scrubText, type Interaction } from '@unblink/protocol'
import { findSlot } from './findSlot.ts'
import { nameTarget } from './nameTarget.ts'
import type { EarlyEvent, ObserveContext } from './ObserveContext.ts'

const CONTROL = /^(a|area|button|input|select|textarea|summary|label)$/

/** Path of a link for the site's own, origin and path for others, without query and fragment; else only the scheme. */
function getHref({ href, origin, pathname, protocol }: HTMLAnchorElement): string | undefined {
  // A link without an address, or one in an SVG, whose address is an object.
  if (!href || typeof href !== 'string') return undefined
  if (!protocol.startsWith('http')) return protocol
  return scrubText(origin === location.origin ? pathname : origin + pathname)
}

/**
 * Clicks and submits, anywhere in the page, also those from before anybody watched. Tracked in the capture phase of the event
 * itself, so that they are in the queue before a navigation that they start. Names the control by tag and id; never reads what
 * it holds or what was typed. Calls nothing on the elements.
 */
export function observeInteractions({ track, getSlots, early }: ObserveContext): () => void {
  const report = ([{ type }, path]: EarlyEvent) => {
    const kind = type as 'click' | 'submit'
    const nodes = path as readonly Element[]
    const control = kind === 'click' ? nodes.find(({ localName }) => CONTROL.test(localName)) : undefined
    const target = control ?? nodes[0]!
    // Not an element: the document itself.
    if (!target.localName) return
    const link = kind === 'click' ? nodes.find(({ localName }) => /^a(rea)?$/.test(localName)) : undefined
    const slot = findSlot(getSlots(), path)
    const interaction = {
      kind,
      target: scrubText(nameTarget(target)),
      href: link && getHref(link as HTMLAnchorElement),
      slot: slot?.name,
      experience: slot?.experience,
      variant: slot?.variant,
    }
    // JSON leaves out what is undefined.
    track({ t: 'interaction', p: interaction as Interaction })
  }
  early.forEach(report)
  const onInteraction = (event: Event) => report([event, event.composedPath()])
  const undos = [onEvent('click', onInteraction), onEvent('submit', onInteraction)]
  return () => undos.forEach((undo) => undo())
}
