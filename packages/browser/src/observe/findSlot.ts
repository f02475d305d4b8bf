import type { SeenSlot } from './ObserveContext.ts'

/** The slot that an event's path leads through, the innermost when slots are nested; inside open shadow trees, too. */
export function findSlot(slots: readonly SeenSlot[], path: readonly EventTarget[]): SeenSlot | undefined {
  for (const node of path) {
    const slot = slots.find(({ element }) => element === node)
    if (slot) return slot
  }
  return undefined
}
