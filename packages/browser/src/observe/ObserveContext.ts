import type { Boot, EventInput } from '@unblink/protocol'

/** A slot in the page and what it really shows; no experience when that is the baseline. */
export interface SeenSlot {
  readonly name: string
  readonly element: Element
  readonly experience?: string | undefined
  readonly variant?: string | undefined
}

/**
 * What every observer gets. It watches one page view, from its call until the undo that it returns; the undo tracks what
 * is still to be told, so it is called before the tracker learns of the next view.
 */
export interface ObserveContext {
  readonly track: (event: EventInput) => unknown
  /** `startedAt`: monotonic milliseconds (performance.now) at which the visitor could see the page. */
  readonly view: { readonly id: string; readonly startedAt: number; readonly location: string }
  readonly getSlots: () => readonly SeenSlot[]
  readonly boot: Boot<Element, ChildNode>
  /** Calls back whenever a slot has been shown or changed; returns its undo. */
  readonly onShown: (callback: () => void) => () => void
}
