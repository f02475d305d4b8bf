import { onEvent } from '@unblink/page'
import { SlotState, type Boot, type BootSlotRecord } from '@unblink/protocol'
import { loadMore } from './loadMore.ts'
import { place } from './place.ts'

/**
 * Carries out the late policy `fade`: slots that were shown without a decision get it when it comes after all, by a
 * crossfade, unless the visitor has touched them or what is in view would move. The other policies leave the slot alone.
 * @param touch What ended the waiting before this was there to listen, if anything did.
 * @returns `apply`, to be called when the reply has come; resolves to true when a slot was changed. `isTouched` tells whether
 * the visitor has touched a slot; `stop` ends the watching for that.
 */
export function createLate(
  boot: Boot<Element, ChildNode>,
  touch: Event | undefined,
): { apply(): Promise<boolean>; isTouched(element: Element): boolean; stop(): void } {
  const touched = new WeakSet<Element>()
  const onTouch = ({ target }: Event) => {
    for (const { element } of Object.values(boot.slots)) {
      if (element && target instanceof Node && element.contains(target)) touched.add(element)
    }
  }
  const undos = ['pointerdown', 'keydown', 'focusin'].map((type) => onEvent(type, onTouch))
  if (touch) onTouch(touch)
  const isDue = ({ state, cause, late, decision, defer }: BootSlotRecord) =>
    state === SlotState.baseline && cause === 'timeout' && late === 'fade' && !defer && decision?.variant
  const getDue = () => Object.values(boot.slots).filter(isDue)
  return {
    async apply() {
      // Where the part that fades cannot be had, the slots stay as they are.
      const more = getDue()[0] && (await loadMore().catch(() => undefined))
      let isChanged = false
      // Asked again, because another route may have begun, with records of its own.
      for (const slot of more ? getDue() : []) {
        const { element, decision } = slot
        if (!element?.isConnected || touched.has(element)) continue
        // Nothing changes, but the control is told as a variant is whose fade nothing forbids.
        if (decision!.content) {
          const baseline = more!.crossfade(element, decision!.content, place)
          if (!baseline) continue
          slot.baseline = baseline
        }
        slot.state = SlotState.late
        isChanged = true
      }
      return isChanged
    },
    isTouched: (element) => touched.has(element),
    stop: () => undos.forEach((undo) => undo()),
  }
}
