import { SlotState, type Boot } from '@unblink/protocol'
import type { SeenSlot } from './observe/ObserveContext.ts'

/** The slots that are in the page, each with the variant that it really shows. */
export function getSeenSlots(boot: Boot<Element, ChildNode>): readonly SeenSlot[] {
  return Object.entries(boot.slots).flatMap(([name, { element, decision, state, dismissed }]) => {
    if (!element) return []
    const isShown = !dismissed && (state === SlotState.applied || state === SlotState.late)
    return [
      {
        name,
        element,
        ...(isShown && decision?.content ? { experience: decision.experience, variant: decision.variant } : {}),
      },
    ]
  })
}
