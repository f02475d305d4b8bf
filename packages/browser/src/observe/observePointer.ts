import { onEvent, whenIdle } from '@unblink/page'
import { packNumbers, type PackedPointer } from '@unblink/protocol'
import { createDwell } from './createDwell.ts'
import { createTrail } from './createTrail.ts'
import { findSlot } from './findSlot.ts'
import type { EarlyEvent, ObserveContext } from './ObserveContext.ts'

/** More wait in memory only while the main thread is stuck: then they are told at once. */
const FLUSH_SAMPLES = 120

/**
 * The pointer's trail and where it dwells. The handlers read no layout, not even the viewport's size. A sample over a slot gets
 * its place in the slot's box from one `getBoundingClientRect` per slot in the next idle moment, when layout is clean: that is
 * a few milliseconds later, and a pointer that moves rarely scrolls, too. (Boxes kept by an IntersectionObserver would be
 * older, would have to be corrected by scroll positions whose reading forces layout, and would not follow a swap that changes
 * the size.)
 * @param early What the pointer has done before this was there.
 */
export function observePointer(
  { track, view, getSlots, onPulse }: ObserveContext,
  early: readonly EarlyEvent[],
): () => void {
  const trail = createTrail()
  const dwell = createDwell()
  let rev = 0
  let viewport = [0, 0] as const as readonly [number, number]
  let stopWaiting: (() => void) | undefined

  const flush = () => {
    trail._measure()
    const stretches = trail._take()
    stretches.forEach(({ kind, slots, samples, at }, index) => {
      const isLast = index === stretches.length - 1
      const p: PackedPointer = {
        rev: rev++,
        kind,
        viewport,
        slots,
        samples: packNumbers(samples),
        at: packNumbers(at.map((perMille) => Math.round(perMille / 10))),
        ...(isLast && { grid: packNumbers(dwell._get()) }),
      }
      track({ t: 'pointer', p })
    })
  }
  const measure = () => {
    stopWaiting = undefined
    viewport = [innerWidth, innerHeight]
    if (trail._size < FLUSH_SAMPLES) trail._measure()
    else flush()
  }
  const wait = () => {
    stopWaiting ??= whenIdle(measure)
  }
  const add = ([event, path]: EarlyEvent) => {
    const pointer = event as PointerEvent
    if (!pointer.isPrimary) return
    // Of a frame's moves only the last is dispatched.
    const moves = pointer.getCoalescedEvents?.() ?? []
    for (const { timeStamp, clientX, clientY, pointerType } of moves[0] ? moves : [pointer]) {
      const ms = timeStamp - view.startedAt
      dwell._move(ms, clientX, clientY, viewport)
      trail._add(ms, clientX, clientY, pointerType, () => {
        wait()
        return findSlot(getSlots(), path)
      })
    }
  }
  const onPointer = (event: PointerEvent) => add([event, event.composedPath()])
  const onEnd = ({ isPrimary, timeStamp, relatedTarget, type }: PointerEvent) => {
    // A mouse that goes from one element to another has not left.
    if (isPrimary && !(type === 'pointerout' && relatedTarget)) dwell._leave(timeStamp - view.startedAt)
  }
  measure()
  early.forEach(add)
  const undos = [
    onEvent('pointermove', onPointer),
    onEvent('pointerdown', onPointer),
    onEvent('pointerout', onEnd),
    onEvent('pointercancel', onEnd),
    onEvent('resize', wait),
    onPulse((isDue) => isDue && flush()),
  ]
  return () => {
    stopWaiting?.()
    undos.forEach((undo) => undo())
  }
}
