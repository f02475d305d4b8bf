import type { Boot, EventInput } from '@unblink/protocol'

/** A slot in the page and what it really shows; no experience when that is the baseline. */
export interface SeenSlot {
  readonly name: string
  readonly element: Element
  readonly experience?: string | undefined
  readonly variant?: string | undefined
}

/** What every observer gets. It watches one page view, from its call until the undo that it returns. */
export interface ObserveContext {
  readonly track: (event: EventInput) => unknown
  /** `startedAt`: monotonic milliseconds (performance.now) at which the visitor could see the page. */
  readonly view: { readonly id: string; readonly startedAt: number; readonly location: string }
  readonly getSlots: () => readonly SeenSlot[]
  readonly boot: Boot<Element, ChildNode>
}

/** The slot that contains the node, the innermost when slots are nested. */
export function findSlot(slots: readonly SeenSlot[], node: EventTarget | null): SeenSlot | undefined {
  for (let at = node instanceof Element ? node : null; at; at = at.parentElement) {
    const slot = slots.find(({ element }) => element === at)
    if (slot) return slot
  }
  return undefined
}
