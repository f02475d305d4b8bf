import { onEvent } from '@unblink/page'
import { SlotState, type Boot } from '@unblink/protocol'
import { crossfade } from './crossfade.ts'

/**
 * Carries out the late policy `fade`: slots that were shown without a decision get it when it comes after all, by a
 * crossfade, unless the visitor has touched them or what is in view would move. The other policies leave the slot alone.
 * @returns `apply`, to be called when the reply has come; true when a slot was changed. `stop` ends the watching for touches.
 */
export function createLate(boot: Boot<Element, ChildNode>): { apply(): boolean; stop(): void } {
  const touched = new WeakSet<Element>()
  const onTouch = ({ target }: Event) => {
    for (const { element } of Object.values(boot.slots)) {
      if (element && target instanceof Node && element.contains(target)) touched.add(element)
    }
  }
  const undos = ['pointerdown', 'keydown', 'focusin'].map((type) => onEvent(type, onTouch))
  return {
    apply() {
      let isChanged = false
      for (const slot of Object.values(boot.slots)) {
        const { element, decision, late } = slot
        const isDue = slot.state === SlotState.baseline && slot.cause === 'timeout' && late === 'fade'
        if (!isDue || !decision?.content || !element?.isConnected || touched.has(element)) continue
        const baseline = crossfade(element, decision.content)
        if (!baseline) continue
        slot.baseline = baseline
        slot.state = SlotState.late
        isChanged = true
      }
      return isChanged
    },
    stop: () => undos.forEach((undo) => undo()),
  }
}
