import { onEvent, onHidden, whenIdle } from '@unblink/page'
import type { Pointer } from '@unblink/protocol'
import { findSlot, type ObserveContext } from './ObserveContext.ts'

const MIN_DISTANCE_PX = 12
const MIN_INTERVAL_MS = 50
/** After this many samples of one view, they come half as often. */
const THIN_AFTER = 600
const MAX_SAMPLES = 1_200
const FLUSH_SAMPLES = 120
const FLUSH_EVERY_MS = 10_000

/**
 * The pointer's trail, sampled by time and distance. The position inside a slot comes from the event itself where the
 * event's target is the slot (`offsetX` would need a layout), else from the slot's box as the last IntersectionObserver
 * callback measured it, moved by the scrolling since: no layout is read in the handler.
 */
export function observePointer({ track, view, getSlots }: ObserveContext): () => void {
  let rev = 0
  let count = 0
  let kind: Pointer['kind'] = 'mouse'
  let slots: string[] = []
  let samples: number[] = []
  let at: number[] = []
  let lastX = 0
  let lastY = 0
  let lastAt = -Infinity
  let lastSampleAt = view.startedAt

  const boxes = new Map<Element, { x: number; y: number; width: number; height: number }>()
  const watched = new Set<Element>()
  const boxObserver = new IntersectionObserver(
    (entries) => {
      for (const { target, boundingClientRect: box } of entries) {
        boxes.set(target, { x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height })
      }
    },
    { threshold: [0, 0.25, 0.5, 0.75, 1] },
  )
  const watchSlots = () => {
    const seen = getSlots()
    for (const { element } of seen) {
      if (watched.has(element)) continue
      watched.add(element)
      boxObserver.observe(element)
    }
    return seen
  }
  const getPerMille = (element: Element, x: number, y: number): readonly [number, number] => {
    const box = boxes.get(element)
    if (!box) return [-1, -1]
    const share = (offset: number, size: number) => Math.max(0, Math.min(1000, Math.round((1000 * offset) / (size || 1))))
    return [share(x + scrollX - box.x, box.width), share(y + scrollY - box.y, box.height)]
  }

  const flush = () => {
    if (!samples.length) return
    track({ t: 'pointer', p: { rev: rev++, kind, viewport: [innerWidth, innerHeight], slots, samples, at } })
    slots = []
    samples = []
    at = []
  }
  const onMove = ({ clientX, clientY, timeStamp, target, pointerType }: PointerEvent) => {
    const x = Math.round(clientX)
    const y = Math.round(clientY)
    const interval = count < THIN_AFTER ? MIN_INTERVAL_MS : 2 * MIN_INTERVAL_MS
    if (count >= MAX_SAMPLES || timeStamp - lastAt < interval) return
    if (count && Math.hypot(x - lastX, y - lastY) < MIN_DISTANCE_PX) return
    const nextKind = pointerType === 'touch' || pointerType === 'pen' ? pointerType : 'mouse'
    if (nextKind !== kind) flush()
    kind = nextKind

    const slot = findSlot(watchSlots(), target)
    let index = -1
    if (slot) {
      index = slots.indexOf(slot.name)
      if (index < 0) index = slots.push(slot.name) - 1
      at.push(...getPerMille(slot.element, x, y))
    }
    // The first sample of a stretch stands for itself, so a stretch that gets lost takes no other with it.
    const isFirst = !samples.length
    samples.push(
      Math.round(timeStamp - (isFirst ? view.startedAt : lastSampleAt)),
      isFirst ? x : x - lastX,
      isFirst ? y : y - lastY,
      index,
    )
    lastX = x
    lastY = y
    lastAt = lastSampleAt = timeStamp
    count++
    if (samples.length >= 4 * FLUSH_SAMPLES) flush()
  }

  // Measured before the pointer gets there, so that the first sample over a slot has its place, too.
  watchSlots()
  const stopWaiting = whenIdle(watchSlots)
  const timer = setInterval(flush, FLUSH_EVERY_MS)
  const undos = [onEvent('pointermove', onMove), onHidden(flush), stopWaiting, () => boxObserver.disconnect()]
  return () => {
    flush()
    clearInterval(timer)
    undos.forEach((undo) => undo())
  }
}
