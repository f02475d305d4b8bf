import type { SlotSnapshot } from '@unblink/browser/store'
import type { SlotName } from '@unblink/protocol'
import { useLayoutEffect, type RefObject } from 'react'
import { useSlot } from './useSlot.ts'

/** What a component may know of a slot. Pending on the server, and while the page hydrates. */
export interface SlotDecision extends SlotSnapshot {
  /**
   * For your own element, if it is the slot: with `data-unblink={name}`, and one child that always stays. It is shown as soon as
   * what this returned has been rendered. Without it nothing is shown, and nobody is counted as exposed.
   */
  readonly ref: RefObject<never>
}

/** Reads a slot's decision; renders again when it comes. */
export function useDecision(name: SlotName): SlotDecision {
  const [snapshot, ref, tell] = useSlot(name)
  useLayoutEffect(() => tell(), [name, snapshot])
  return { ...snapshot, ref }
}
