import type { Boot, EventInput, NavigationKind } from '@unblink/protocol'
import type { Tracker } from '@unblink/tracker'

/** A slot in the page and what it really shows; no experience when that is the baseline. */
export interface SeenSlot {
  readonly name: string
  readonly element: Element
  readonly experience?: string | undefined
  readonly variant?: string | undefined
}

/** A click or submit, with its path, which an event has no more once it has been dispatched. */
export type EarlyEvent = readonly [event: Event, path: readonly EventTarget[]]

/**
 * What every observer gets. It watches one page view, from its call until the undo that it returns; the undo tracks what
 * is still to be told, so it is called before the tracker learns of the next view.
 */
export interface ObserveContext {
  readonly track: (event: EventInput) => unknown
  /** `startedAt`: monotonic milliseconds (performance.now) at which the visitor could see the page. */
  readonly view: {
    readonly id: string
    readonly kind: NavigationKind
    readonly startedAt: number
    readonly location: string
  }
  readonly getSlots: () => readonly SeenSlot[]
  readonly boot: Boot<Element, ChildNode>
  /** Where events go; `onReply` returns the reply as it has been remembered. */
  readonly tracker: Tracker
  /** Calls back whenever a slot has been shown or changed; returns its undo. */
  readonly onShown: (callback: () => void) => () => void
  /** See `startPulse`; returns its undo. */
  readonly onPulse: (callback: Pulse) => () => void
  /** Set by whoever counts activity, who does not listen to moves: whoever does tells it of one now and then. */
  onInput?: (event: Pick<Event, 'timeStamp'>) => void
  /** By slot, the content that its rotation has turned to, as `RotationTurn` counts them. */
  readonly turns: ReadonlyMap<string, number>
  /** The clicks and submits of this view from before anybody watched. */
  readonly early: readonly EarlyEvent[]
}

/**
 * Called with the one timer that all periodic work shares. `isDue`: what has changed is to be told now. `isLeaving`: the
 * page has been hidden or the view ends, so this may be the last call.
 */
export type Pulse = (isDue: boolean, isLeaving: boolean) => void
