import { onEvent, whenIdle } from '@unblink/page'
import { packNumbers, type PackedPointer } from '@unblink/protocol'
import { createDwell } from './createDwell.ts'
import { createTrail } from './createTrail.ts'
import { findSlot } from './findSlot.ts'
import type { EarlyEvent, ObserveContext } from './ObserveContext.ts'

/** Moves come four times as often, and each costs a tenth of a millisecond, most of it for reaching us at all. */
const MOMENT_MS = 125
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
  { track, view, getSlots, onPulse, onInput }: ObserveContext,
  early: readonly EarlyEvent[],
): () => void {
  const trail = createTrail()
  const dwell = createDwell()
  let rev = 0
  let viewport = [0, 0] as const as readonly [number, number]
  let stopWaiting: (() => void) | undefined
  let lookedAt = -Infinity
  let stopListening: () => void
  /** The move that nobody has looked at: where the pointer is, if it has come to rest. */
  let last: PointerEvent | undefined

  const rest = () => {
    if (last?.isPrimary) dwell._move(last.timeStamp - view.startedAt, last.clientX, last.clientY, viewport)
    last = undefined
  }
  const flush = () => {
    rest()
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
  /** @param getPath Asked only for the few moves that are kept, because making a path costs more than the rest. */
  const add = (pointer: PointerEvent, getPath: () => readonly EventTarget[]) => {
    if (!pointer.isPrimary) return
    dwell._move(pointer.timeStamp - view.startedAt, pointer.clientX, pointer.clientY, viewport)
    if (!trail._isDue(pointer.timeStamp - view.startedAt)) return
    // Of a frame's moves only the last is dispatched.
    const moves = pointer.getCoalescedEvents?.() ?? []
    for (const { timeStamp, clientX, clientY, pointerType } of moves[0] ? moves : [pointer]) {
      trail._add(timeStamp - view.startedAt, clientX, clientY, pointerType, () => {
        const slot = findSlot(getSlots(), getPath())
        if (slot) wait()
        return slot
      })
    }
    if (trail._size >= FLUSH_SAMPLES) wait()
  }
  const look = (event: PointerEvent) => {
    rest()
    add(event, () => event.composedPath())
  }
  const onMove = (event: PointerEvent) => {
    const sinceMs = event.timeStamp - lookedAt
    const momentMs = Math.min(MOMENT_MS, trail._getInterval())
    if (sinceMs < momentMs) {
      last = event
      return
    }
    lookedAt = event.timeStamp
    onInput?.(event)
    look(event)
    // In the midst of a movement nobody listens until the next moment. One that has just begun may be a single leap.
    if (sinceMs < 2 * MOMENT_MS) {
      stopListening()
      const timer = setTimeout(listen, momentMs)
      stopListening = () => clearTimeout(timer)
    }
  }
  const listen = () => {
    stopListening = onEvent('pointermove', onMove)
  }
  const onEnd = ({ isPrimary, timeStamp }: PointerEvent) => {
    rest()
    if (isPrimary) dwell._leave(timeStamp - view.startedAt)
  }
  const root = document.documentElement
  measure()
  early.forEach(([event, path]) => add(event as PointerEvent, () => path))
  // On the root alone: heard on the window, it would come for every element that the pointer crosses.
  root.addEventListener('pointerleave', onEnd, { passive: true })
  const undos = [
    onEvent('pointerdown', look),
    () => root.removeEventListener('pointerleave', onEnd),
    onEvent('pointercancel', onEnd),
    onEvent('resize', wait),
    onPulse((isDue) => isDue && flush()),
  ]
  listen()
  return () => {
    stopWaiting?.()
    stopListening()
    undos.forEach((undo) => undo())
  }
}
