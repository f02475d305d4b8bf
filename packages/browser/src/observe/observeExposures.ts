import { onEvent, whenPainted } from '@unblink/page'
import { SlotState, type Decision } from '@unblink/protocol'
import type { ObserveContext } from './ObserveContext.ts'
import { toExposure } from './toExposure.ts'

/** What has been shown for so long in a visible page has been painted. */
const PAINTED_MS = 100

/** Elements of this and earlier views: one that stays over a route change shows what it showed before. */
const known = new WeakSet<Element>()

/**
 * Tracks one exposure per slot and view, for control, holdout and time-out at the same moment as for a variant: when the
 * outcome has been painted; one more for each time that a slot was changed late. A slot that is not in the page, or a page that nobody
 * sees, exposes nobody. Warns once of a selector that is none.
 */
export function observeExposures({ boot, track, onShown }: ObserveContext): () => void {
  /** What of each slot: its first outcome, then each decision that came late. */
  const reported = new Map<string, SlotState | Decision | undefined>()
  let isStopped = false
  // A route change replaces the records before this view's observers are told to stop.
  const { slots } = boot
  let isVisible = !document.hidden
  const report = (isLeaving?: boolean) => {
    for (const [name, slot] of boot.slots === slots ? Object.entries(slots) : []) {
      const { state, selector, decision } = slot
      const outcome = state === SlotState.late ? decision : state
      if (!(state >= SlotState.applied) || reported.get(name) === outcome) continue
      if (state === SlotState.baseline)
        try {
          // Nobody watches for a slot that comes when its outcome is settled; it shows its default.
          slot.element ??= [...document.querySelectorAll(selector!)].find((element) => !known.has(element))
        } catch {
          console.warn('[unblink] Invalid selector of slot', name)
          reported.set(name, outcome)
        }
      if (!slot.element) continue
      known.add(slot.element)
      reported.set(name, outcome)
      const exposure = toExposure(name, slot, boot)
      const tell = () => isStopped || track({ t: 'exposure', p: exposure })
      // There are no more frames, and what is here now has been on the screen; or it has been there for long: the click that
      // woke us may be the one that ends this view.
      if (isLeaving || (isVisible && performance.now() - slot.shownAt! > PAINTED_MS)) tell()
      else whenPainted(tell)
    }
  }
  report()
  isVisible = false
  const undos = [
    onShown(report),
    onEvent('visibilitychange', () => report(document.hidden)),
    // Comes first when a page is left, so what it tells goes with the last batch; who leaves a hidden page has seen no more.
    onEvent('pagehide', () => document.hidden || report(true)),
  ]
  return () => {
    isStopped = true
    undos.forEach((undo) => undo())
  }
}
