import type { Attributes, Manifest } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { decide } from './index.ts'

// What a decision costs, counted instead of timed: every read of what is handed in, so a figure is the same in every run.

/** The same value; whatever is read of it, at any depth, calls back. Handing out a list of keys reads each of them. */
const watch = <T extends object>(root: T, onRead: (count: number) => void): T => {
  // One for each object, so that what is read twice is still the same.
  const watched = new WeakMap<object, object>()
  const wrap = (value: unknown): unknown => {
    if (typeof value !== 'object' || !value) return value
    if (!watched.has(value)) watched.set(value, new Proxy(value, handler))
    return watched.get(value)
  }
  const handler: ProxyHandler<object> = {
    get(target, key) {
      onRead(1)
      return wrap(Reflect.get(target, key))
    },
    has(target, key) {
      onRead(1)
      return Reflect.has(target, key)
    },
    getOwnPropertyDescriptor(target, key) {
      onRead(1)
      return Reflect.getOwnPropertyDescriptor(target, key)
    },
    ownKeys(target) {
      const keys = Reflect.ownKeys(target)
      onRead(keys.length)
      return keys
    },
  }
  return wrap(root) as T
}

interface Size {
  readonly experiences: number
  readonly audiences: number
  readonly slots: number
}

const createList = <T>(count: number, toItem: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => toItem(i))

/** The dearest case: no audience matches, so no experience wins and every one of them is looked at. */
const createManifest = ({ experiences, audiences, slots }: Size): Manifest => ({
  v: 1,
  version: '1',
  slots: Object.fromEntries(createList(slots, (index) => [`slot-${index}`, {}])),
  audiences: Object.fromEntries(
    createList(audiences, (index) => [
      `audience-${index}`,
      { 'visits.count': { $gte: 3 }, 'geo.country': { $in: ['DE', 'AT'] }, 'intent.mortgage': { $gt: 100 + index } },
    ]),
  ),
  experiences: createList(experiences, (index) => ({
    id: `experience-${index}`,
    slot: `slot-${index % slots}`,
    kind: 'personalization',
    priority: (index * 7) % 11,
    audience: `audience-${index % audiences}`,
    variants: [{ id: 'only' }],
  })),
})

const ATTRIBUTES: Attributes = { visits: { count: 7 }, geo: { country: 'DE' }, intent: { mortgage: 41 } }

/** How often one call reads the experiences, the audiences with their conditions, and the attributes. */
const countReads = (size: Size) => {
  const reads = { experiences: 0, audiences: 0, attributes: 0 }
  const manifest = createManifest(size)
  const decisions = decide({
    manifest: {
      ...manifest,
      experiences: watch(manifest.experiences, (count) => (reads.experiences += count)),
      audiences: watch(manifest.audiences, (count) => (reads.audiences += count)),
    },
    attributes: watch(ATTRIBUTES, (count) => (reads.attributes += count)),
    visitor: 'v1',
  })
  // A fault would be cheap.
  expect(new Set(decisions.map(({ reason }) => reason))).toEqual(new Set(['default']))
  // Every experience and, at least once, every audience was met; each of the three paths has two steps.
  expect(reads.experiences).toBeGreaterThan(size.experiences)
  expect(reads.audiences).toBeGreaterThan(size.audiences)
  expect(reads.attributes).toBeGreaterThanOrEqual(6)
  return reads
}

test('ten times the experiences, each with an audience of its own, are at most ten times the reads', () => {
  const some = countReads({ experiences: 100, audiences: 100, slots: 10 })
  const many = countReads({ experiences: 1_000, audiences: 1_000, slots: 10 })
  expect(many.experiences).toBeLessThanOrEqual(10 * some.experiences)
  expect(many.audiences).toBeLessThanOrEqual(10 * some.audiences)
  expect(many.attributes).toBe(some.attributes)
})

test('ten times the experiences that share their audiences evaluate nothing more', () => {
  const some = countReads({ experiences: 100, audiences: 100, slots: 10 })
  const many = countReads({ experiences: 1_000, audiences: 100, slots: 10 })
  expect(many.experiences).toBeLessThanOrEqual(10 * some.experiences)
  expect(many.audiences).toBe(some.audiences)
  expect(many.attributes).toBe(some.attributes)
})

test('ten times the slots for the same experiences read nothing more', () => {
  const some = countReads({ experiences: 1_000, audiences: 1_000, slots: 10 })
  const many = countReads({ experiences: 1_000, audiences: 1_000, slots: 100 })
  expect(many).toEqual(some)
})
