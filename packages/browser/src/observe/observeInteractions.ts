import { onEvent } from '@unblink/page'
import { describeInteraction, type Interaction, type PathNode } from '@unblink/protocol'
import { findSlot } from './findSlot.ts'
import type { EarlyEvent, ObserveContext } from './ObserveContext.ts'

/**
 * Clicks and submits, anywhere in the page, also those from before anybody watched. Tracked in the capture phase of the event
 * itself, so that they are in the queue before a navigation that they start.
 */
export function observeInteractions({ track, getSlots, early }: ObserveContext): () => void {
  const report = ([{ type }, path]: EarlyEvent) => {
    const described = describeInteraction(type as 'click' | 'submit', path as readonly PathNode[], location.origin)
    if (!described) return
    const { name: slot, experience, variant } = findSlot(getSlots(), path) ?? {}
    // JSON leaves out what is undefined.
    track({ t: 'interaction', p: { ...described, slot, experience, variant } as Interaction })
  }
  early.forEach(report)
  const onInteraction = (event: Event) => report([event, event.composedPath()])
  const undos = [onEvent('click', onInteraction), onEvent('submit', onInteraction)]
  return () => undos.forEach((undo) => undo())
}
