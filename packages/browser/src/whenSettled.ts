import { onEvent, onHidden, whenIdle } from '@unblink/page'
import { SlotState, type Boot } from '@unblink/protocol'

/** From the reveal to the screen: a slow processor takes several frames' time, and idle callbacks run between them. */
const PAINT_MS = 150
/** An idle moment may be long in coming on a busy page, and the visitor does not wait for it. */
const MAX_IDLE_WAIT_MS = 300

/** Slots whose outcome is still open; a slot that is not in the page has one at its deadline. */
export const isOpen = ({ slots }: Boot<Element, ChildNode>): boolean =>
  Object.values(slots).some(({ state }) => state < SlotState.applied)

/** See `whenSettled`. */
export type Settled = ReturnType<typeof whenSettled>

/**
 * Tells when nothing of ours can hold up a slot any more: all of them have been shown for as long as the paint may take,
 * and the main thread is idle. At once when the visitor touches the page or leaves it before, because that must be counted.
 * @returns `settled`, with the event that ended the waiting early, `check`, to be called whenever a slot has been shown,
 * `now`, which ends the waiting, and `stop`, which gives it up.
 */
export function whenSettled(boot: Boot<Element, ChildNode>) {
  let settle: (event?: Event) => void
  let isShown = false
  const settled = new Promise<Event | undefined>((resolve) => (settle = resolve))
  const stop = () => undos.forEach((undo) => undo())
  const now = (event?: Event) => {
    stop()
    settle(event)
  }
  const check = () => {
    if (isShown || isOpen(boot)) return
    isShown = true
    const timer = setTimeout(() => undos.push(whenIdle(now, MAX_IDLE_WAIT_MS)), PAINT_MS)
    undos.push(() => clearTimeout(timer))
  }
  const undos = [onHidden(now), onEvent('pointerdown', now), onEvent('keydown', now)]
  check()
  return { settled, check, now, stop }
}
