import { onEvent, onHidden, whenIdle } from '@unblink/page'
import { SlotState, type Boot } from '@unblink/protocol'

/** From the reveal to the screen: a slow processor takes several frames' time, and idle callbacks run between them. */
const PAINT_MS = 150
/** An idle moment may be long in coming on a busy page, and the visitor does not wait for it. */
const MAX_IDLE_WAIT_MS = 300

/** Slots whose outcome is still open; a slot that is not in the page has one at its deadline. */
export const isOpen = ({ slots }: Boot<Element, ChildNode>): boolean =>
  Object.values(slots).some(({ state }) => state < SlotState.applied)

/**
 * Calls back once when nothing of ours can hold up a slot any more: all of them have been shown for as long as the paint
 * may take, and the main thread is idle. At once when the visitor touches the page or leaves it before, because that must be counted.
 * @returns `check`, to be called whenever a slot has been shown, `now`, which ends the waiting, and `stop`, which gives it up.
 */
export function whenSettled(boot: Boot<Element, ChildNode>, callback: () => void) {
  let isWaiting = true
  let isShown = false
  const stop = () => {
    isWaiting = false
    undos.forEach((undo) => undo())
  }
  const now = () => {
    if (!isWaiting) return
    stop()
    callback()
  }
  const check = () => {
    if (isShown || isOpen(boot)) return
    isShown = true
    const timer = setTimeout(() => undos.push(whenIdle(now, MAX_IDLE_WAIT_MS)), PAINT_MS)
    undos.push(() => clearTimeout(timer))
  }
  const undos = [onHidden(now), onEvent('pointerdown', now), onEvent('keydown', now)]
  check()
  return { check, now, stop }
}
