import { onEvent, onHidden, whenIdle } from '@unblink/page'
import { createTrail } from './createTrail.ts'
import { findSlot } from './findSlot.ts'
import type { ObserveContext } from './ObserveContext.ts'

const FLUSH_SAMPLES = 120
const FLUSH_EVERY_MS = 10_000

/**
 * The pointer's trail. The handler reads no layout, not even `scrollY`. A sample over a slot gets its place in the slot's
 * box from one `getBoundingClientRect` per slot in the next idle moment, when layout is clean: that is a few milliseconds
 * later, and a pointer that moves rarely scrolls, too. (Boxes kept by an IntersectionObserver would be older, would have
 * to be corrected by scroll positions whose reading forces layout, and would not follow a swap that changes the size.)
 */
export function observePointer({ track, view, getSlots }: ObserveContext): () => void {
  const trail = createTrail()
  let rev = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopWaiting: (() => void) | undefined

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    trail._measure()
    for (const stretch of trail._take()) {
      track({ t: 'pointer', p: { rev: rev++, viewport: [innerWidth, innerHeight], ...stretch } })
    }
  }
  const onIdle = () => {
    stopWaiting = undefined
    if (trail._size < FLUSH_SAMPLES) trail._measure()
    else flush()
  }
  const onPointer = (event: PointerEvent) => {
    const { isPrimary, timeStamp, clientX, clientY, pointerType } = event
    if (!isPrimary) return
    trail._add(timeStamp - view.startedAt, clientX, clientY, pointerType, () => {
      stopWaiting ??= whenIdle(onIdle)
      timer ??= setTimeout(() => whenIdle(flush), FLUSH_EVERY_MS)
      return findSlot(getSlots(), event)
    })
  }
  const undos = [onEvent('pointermove', onPointer), onEvent('pointerdown', onPointer), onHidden(flush)]
  return () => {
    undos.forEach((undo) => undo())
    stopWaiting?.()
    flush()
  }
}
