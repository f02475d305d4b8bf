import { onEvent } from '@unblink/page'
import type { Interaction } from '@unblink/protocol'
import { findSlot } from './findSlot.ts'
import type { ObserveContext } from './ObserveContext.ts'

const CONTROL = /^(a|area|button|input|select|textarea|summary|label)$/
const MAX_ID_CHARACTERS = 100

/** Path of a link for the site's own, origin and path for others, without query and fragment; else only the scheme. */
function getHref({ href, origin, pathname, protocol }: HTMLAnchorElement): string | undefined {
  // A link without an address, or one in an SVG, whose address is an object.
  if (!href || typeof href !== 'string') return undefined
  if (!protocol.startsWith('http')) return protocol
  return origin === location.origin ? pathname : origin + pathname
}

/**
 * Clicks and submits, anywhere in the page. Tracked in the capture phase of the event itself, so that they are in the
 * queue before a navigation that they start. Names the control by tag and id; never reads what it holds or what was
 * typed. Calls nothing on the elements and doubts what it reads, because a form's fields stand in for its own members (an input
 * named `closest` or `id`).
 */
export function observeInteractions({ track, getSlots }: ObserveContext): () => void {
  const observe = (kind: Interaction['kind']) =>
    onEvent(kind, (event: Event) => {
      const path = event.composedPath() as Element[]
      const control = kind === 'click' ? path.find(({ localName }) => CONTROL.test(localName)) : undefined
      const { localName, id } = control ?? path[0]!
      // Not an element: the document itself.
      if (!localName) return
      const link = kind === 'click' ? path.find((node) => /^a(rea)?$/.test(node.localName)) : undefined
      const slot = findSlot(getSlots(), event)
      const interaction = {
        kind,
        target:
          (typeof localName === 'string' ? localName : 'form') +
          (typeof id === 'string' && id ? '#' + id.slice(0, MAX_ID_CHARACTERS) : ''),
        href: link && getHref(link as HTMLAnchorElement),
        slot: slot?.name,
        experience: slot?.experience,
        variant: slot?.variant,
      }
      // JSON leaves out what is undefined.
      track({ t: 'interaction', p: interaction as Interaction })
    })
  const undos = [observe('click'), observe('submit')]
  return () => undos.forEach((undo) => undo())
}
