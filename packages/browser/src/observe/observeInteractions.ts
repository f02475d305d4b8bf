import { onEvent } from '@unblink/page'
import type { Interaction } from '@unblink/protocol'
import { findSlot, type ObserveContext } from './ObserveContext.ts'

/** Where a link goes: path for the site's own, origin and path for others, no query and no fragment. */
function getHref(element: Element): string | undefined {
  const href = element.closest('a[href]')?.getAttribute('href')
  if (!href) return undefined
  try {
    const { origin, pathname, protocol } = new URL(href, document.baseURI)
    if (!/^https?:$/.test(protocol)) return protocol
    return origin === location.origin ? pathname : origin + pathname
  } catch {
    return undefined
  }
}

/**
 * Clicks and submits, anywhere in the page. Tracked in the capture phase of the event itself, so that they are in the
 * queue before a navigation that they start. Names the element by tag and id; never reads what it holds or what was typed.
 */
export function observeInteractions({ track, getSlots }: ObserveContext): () => void {
  const report = (kind: Interaction['kind'], node: EventTarget | null) => {
    if (!(node instanceof Element)) return
    const element = kind === 'click' ? (node.closest('a,button,input,select,summary,label') ?? node) : node
    const slot = findSlot(getSlots(), element)
    const href = kind === 'click' ? getHref(element) : undefined
    track({
      t: 'interaction',
      p: {
        kind,
        ...(slot && { slot: slot.name }),
        ...(slot?.experience !== undefined && { experience: slot.experience }),
        ...(slot?.variant !== undefined && { variant: slot.variant }),
        target: element.localName + (element.id ? '#' + element.id : ''),
        ...(href !== undefined && { href }),
      },
    })
  }
  const stopClicks = onEvent('click', ({ target }) => report('click', target))
  const stopSubmits = onEvent('submit', ({ target }) => report('submit', target))
  return () => {
    stopClicks()
    stopSubmits()
  }
}
