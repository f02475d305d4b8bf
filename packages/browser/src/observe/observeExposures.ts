import { whenPainted } from '@unblink/page'
import { SlotState } from '@unblink/protocol'
import type { ObserveContext } from './ObserveContext.ts'
import { toExposure } from './toExposure.ts'

/**
 * Tracks one exposure per slot and view, for control, holdout and time-out at the same moment as for a variant: when the
 * outcome has been painted; one more when a slot was changed late. A slot that is not in the page, or a page that nobody
 * sees, exposes nobody.
 */
export function observeExposures({ boot, track, onShown }: ObserveContext): () => void {
  const reported = new Map<string, SlotState>()
  let isStopped = false
  // A route change replaces the records before this view's observers are told to stop.
  const { slots } = boot
  const report = () => {
    for (const [name, slot] of boot.slots === slots ? Object.entries(slots) : []) {
      const { element, state } = slot
      if (!element || !(state >= SlotState.applied) || reported.get(name) === state) continue
      reported.set(name, state)
      const exposure = toExposure(name, slot, boot)
      whenPainted(() => isStopped || track({ t: 'exposure', p: exposure }))
    }
  }
  report()
  const stop = onShown(report)
  return () => {
    isStopped = true
    stop()
  }
}
