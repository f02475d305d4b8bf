import { SlotState, type Content, type RotationTurn } from '@unblink/protocol'
import { crossfade, type Put } from '../crossfade.ts'
import type { ObserveContext } from '../observe/ObserveContext.ts'
import { createRotation } from './createRotation.ts'

/**
 * Lets every slot of the view rotate whose decision says so, from when it shows its variant. One that cannot keeps its first
 * content, and an event tells of the error.
 * @param put The runtime's own `place`, so that it is not loaded twice.
 * @returns Ends all of it.
 */
export function rotate({ boot, track, onShown }: ObserveContext, put: Put): () => void {
  const seen = new Set<string>()
  const fade = (element: Element, content: Content) => crossfade(element, content, put)
  // A route change replaces the records before this view's observers are told to stop.
  const { slots } = boot
  const look = () => {
    for (const [slot, { element, state, decision }] of Object.entries(slots)) {
      const { experience, variant, content, rotation } = decision ?? {}
      const isShown = state === SlotState.applied || state === SlotState.late
      if (!isShown || !content || !rotation || seen.has(slot)) continue
      seen.add(slot)
      try {
        undos.push(
          createRotation(element as HTMLElement, content, rotation, fade, (index, cause, shownMs) =>
            track({ t: 'rotation', p: { slot, experience, variant, index, cause, shownMs } as RotationTurn }),
          ),
        )
      } catch {
        track({ t: 'error', p: { code: 'rotation', slot } })
      }
    }
  }
  const undos = [onShown(look)]
  look()
  return () => undos.forEach((undo) => undo())
}
