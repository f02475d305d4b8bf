import type { Pointer } from '@unblink/protocol'
import type { SeenSlot } from './ObserveContext.ts'

interface Stretch extends Omit<Pointer, 'rev' | 'viewport'> {
  readonly slots: string[]
  readonly samples: number[]
  readonly at: number[]
}

export interface Trail {
  /** Samples kept since the last `_take`. */
  _size: number
  /** Milliseconds from the last sample until the next may be kept. */
  _getInterval(): number
  /** Whether a place at this time would be kept if it is far enough: what costs more than asking may wait for that. */
  _isDue(ms: number): boolean
  /**
   * Keeps a place, in CSS pixels and milliseconds since the view began, if it is far enough from the last one in time and
   * space. `getSlot` is asked only then.
   */
  _add(ms: number, x: number, y: number, pointerType: string, getSlot: () => SeenSlot | undefined): void
  /** Gives each sample over a slot its place in the slot's box; to be called when layout may be read. */
  _measure(): void
  /** Takes what is kept: one stretch for each change of the pointer's kind. */
  _take(): readonly Stretch[]
}

const MIN_DISTANCE_PX = 12
const MIN_INTERVAL_MS = 50
/** With every so many samples of one view, the interval doubles: a minute costs a kilobyte, a day two. */
const THIN_AFTER = 24

const getPerMille = (offset: number, size: number) =>
  Math.max(0, Math.min(1000, Math.round((1000 * offset) / (size || 1))))

/** The pointer's trail of one view, sampled and delta-encoded as `Pointer` documents. Pure, but for the boxes it measures. */
export function createTrail(): Trail {
  let stretches: Stretch[] = []
  let unmeasured: (readonly [element: Element, x: number, y: number, at: number[], index: number])[] = []
  let lastMs = -Infinity
  let lastX = 0
  let lastY = 0
  let count = 0

  const trail: Trail = {
    _size: 0,
    _getInterval: () => MIN_INTERVAL_MS * 2 ** Math.floor(count / THIN_AFTER),
    _isDue: (ms) => Math.round(ms) - lastMs >= trail._getInterval(),
    _add(ms, x, y, pointerType, getSlot) {
      ms = Math.max(0, Math.round(ms))
      x = Math.round(x)
      y = Math.round(y)
      if (!trail._isDue(ms) || (count && Math.hypot(x - lastX, y - lastY) < MIN_DISTANCE_PX)) return

      const kind = pointerType === 'touch' || pointerType === 'pen' ? pointerType : 'mouse'
      let stretch = stretches[stretches.length - 1]
      if (stretch?.kind !== kind) {
        // The first sample stands for itself, so a stretch that gets lost takes no other with it.
        stretch = { kind, slots: [], samples: [], at: [] }
        stretches.push(stretch)
        lastMs = lastX = lastY = 0
      }
      const { slots, samples, at } = stretch
      const slot = getSlot()
      if (slot) {
        if (!slots.includes(slot.name)) slots.push(slot.name)
        unmeasured.push([slot.element, x, y, at, at.length])
        at.push(0, 0)
      }
      samples.push(ms - lastMs, x - lastX, y - lastY, slot ? slots.indexOf(slot.name) : -1)
      lastMs = ms
      lastX = x
      lastY = y
      count++
      trail._size++
    },
    _measure() {
      const boxes = new Map<Element, DOMRect>()
      for (const [element, x, y, at, index] of unmeasured) {
        const box = boxes.get(element) ?? element.getBoundingClientRect()
        boxes.set(element, box)
        at[index] = getPerMille(x - box.x, box.width)
        at[index + 1] = getPerMille(y - box.y, box.height)
      }
      unmeasured = []
    },
    _take() {
      const taken = stretches
      stretches = []
      trail._size = 0
      return taken
    },
  }
  return trail
}
