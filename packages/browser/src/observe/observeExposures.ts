import { whenPainted } from '@unblink/page'
import { SlotState } from '@unblink/protocol'
import type { ObserveContext } from './ObserveContext.ts'
import { toExposure } from './toExposure.ts'

/**
 * Tracks one exposure per slot and view, for control, holdout and time-out at the same moment as for a variant: when the
 * outcome has been painted. A slot that is not in the page, or a page that nobody sees, exposes nobody.
 */
export function observeExposures({ boot, track }: ObserveContext): () => void {
  const isReported = new Set<string>()
  let isStopped = false
  const report = (name: string) => {
    const slot = boot.slots[name]!
    if (!slot.element || slot.state < SlotState.applied || isReported.has(name)) return
    isReported.add(name)
    whenPainted(() => isStopped || track({ t: 'exposure', p: toExposure(name, slot, boot) }))
  }
  boot.onChange = report
  Object.keys(boot.slots).forEach(report)
  return () => {
    isStopped = true
    delete boot.onChange
  }
}
