import { createSlotStore, PENDING, type SlotSnapshot } from '@unblink/browser/store'
import type { SlotName } from '@unblink/protocol'
import { useMemo, useRef, useState, useSyncExternalStore, type RefObject } from 'react'

/**
 * One slot, as a component sees it: what to render, the ref for the slot's element, and what tells that it is rendered, or
 * that it cannot be. That is to be called in layout effects, which run before anything is painted.
 */
export type UsedSlot = readonly [
  snapshot: SlotSnapshot,
  ref: RefObject<never>,
  tell: (isRendered?: boolean) => undefined,
]

export function useSlot(name: SlotName): UsedSlot {
  const store = useMemo(() => createSlotStore(name), [name])
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot, () => PENDING)
  const ref = useRef<Element>(null)
  const [, render] = useState({})
  return [
    snapshot,
    ref as RefObject<never>,
    (isRendered) => {
      // What hydrates is pending at first, and React would look again only after the paint, behind all other effects.
      if (snapshot !== store.getSnapshot()) render({})
      else if (ref.current) store.ready(ref.current, isRendered)
    },
  ]
}
