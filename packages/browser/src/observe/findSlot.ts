import type { SeenSlot } from './ObserveContext.ts'

/** The slot that an event happened in, the innermost when slots are nested; inside open shadow trees, too. */
export function findSlot(slots: readonly SeenSlot[], event: Event): SeenSlot | undefined {
  for (const node of event.composedPath()) {
    const slot = slots.find(({ element }) => element === node)
    if (slot) return slot
  }
  return undefined
}
