import { parseBatch, type Boot, type Pointer } from '@unblink/protocol'
import { createTracker } from '@unblink/tracker'
import { afterEach, expect, test, vi } from 'vitest'
import type { ObserveContext, Pulse, SeenSlot } from './ObserveContext.ts'
import { observePointer } from './observePointer.ts'

const VIEW = { id: '0192f3a4-0000-7000-8000-00000000000a', kind: 'load', startedAt: 0, location: '/loans' } as const
const GRANTED = { personalization: 'granted', analytics: 'granted' } as const

/** A slot whose box fills the upper half of the viewport. */
const HERO = {
  name: 'home.hero',
  element: { getBoundingClientRect: () => ({ x: 0, y: 0, width: 1280, height: 360 }) } as unknown as Element,
} satisfies SeenSlot

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** The pointer's observer between a window that says what it is told to and the real tracker. */
function start() {
  const page = new EventTarget()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let clock = 0
  let seen = 0
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  vi.stubGlobal('document', { documentElement: page })
  vi.stubGlobal('innerWidth', 1280)
  vi.stubGlobal('innerHeight', 720)
  const bodies: string[] = []
  const fetch = async (_address: unknown, { body }: RequestInit = {}) => {
    bodies.push(body as string)
    return Response.json({ v: 1, ok: 1, dup: 0, rej: [], next: 0 })
  }
  const tracker = createTracker({ endpoint: '/v1/e', key: 'pk_4f1c0a9b', consent: GRANTED, fetch })
  tracker.setView(VIEW)
  let pulse: Pulse = () => {}
  const context: ObserveContext = {
    track: (event) => void tracker.track(event),
    view: VIEW,
    getSlots: () => [HERO],
    boot: {} as Boot<Element, ChildNode>,
    tracker,
    onShown: () => () => {},
    onPulse(callback) {
      pulse = callback
      return () => {}
    },
    turns: new Map(),
    early: [],
  }
  const stop = observePointer(context, [])
  return {
    stop,
    bodies,
    move(ms: number, x: number, y: number, more: object = {}, type = 'pointermove') {
      vi.advanceTimersByTime(ms - clock)
      clock = ms
      const event = new Event(type)
      const path = y < 360 ? [HERO.element] : []
      const members = { timeStamp: ms, clientX: x, clientY: y, pointerType: 'mouse', ...more }
      for (const [name, value] of Object.entries({ ...members, composedPath: () => path }))
        Object.defineProperty(event, name, { value })
      Object.defineProperty(event, 'isPrimary', { get: () => (seen++, true) })
      page.dispatchEvent(event)
    },
    /** How often an event was looked at. */
    seen: () => seen,
    async flush() {
      pulse(true, false)
      await tracker.flush()
    },
    pointers: () =>
      bodies
        .map((body) => parseBatch(JSON.parse(body)))
        .flatMap((parsed) => (parsed.ok && !parsed.value.rejected.length ? parsed.value.batch.events : []))
        .map(({ p }) => p as Pointer),
  }
}

test('a mouse that never rests is followed for a minute, and hardly ever listened to', async () => {
  const { move, flush, pointers, stop, seen } = start()
  for (let frame = 0; frame < 3_600; frame++) {
    const ms = frame * (1_000 / 60)
    move(ms, 640 + 600 * Math.sin(ms / 700), 360 + 340 * Math.sin(ms / 450))
    if (frame === 300) await flush()
  }
  await flush()
  stop()
  expect(seen()).toBeLessThan(3_600 / 5)

  const told = pointers()
  const samples = told.flatMap((pointer) => pointer.samples)
  expect(samples.length / 4).toBeGreaterThan(100)
  expect(told.map(({ rev }) => rev)).toEqual([0, 1])
  const { grid } = told.at(-1)!
  expect(grid).toHaveLength(48)
  // Each cell is rounded to a tenth of a second.
  expect(Math.abs(grid!.reduce((a, b) => a + b) - 60_000)).toBeLessThan(1_000)
})

test('a mouse dwells where it came to rest, after a leap and after a long way', async () => {
  const { move, flush, pointers, stop } = start()
  move(0, 80, 60)
  move(10, 1_200, 60)
  for (let ms = 3_000; ms <= 3_600; ms += 16) move(ms, 1_200 - (ms - 3_000), 60)
  // Nobody listens for a moment, and then somebody does again.
  move(3_720, 80, 660)
  move(6_720, 80, 660)
  await flush()
  stop()
  const { grid } = pointers().at(-1)!
  const [leap, end] = [grid![7]!, grid![40]!]
  expect(Math.abs(leap - 3_000)).toBeLessThanOrEqual(300)
  expect(end).toBe(3_000)
})

test('a sample over a slot has its place in the slot, to a per cent', async () => {
  const { move, flush, pointers, stop } = start()
  move(100, 320, 90)
  move(200, 640, 600)
  await flush()
  stop()
  expect(pointers()).toMatchObject([
    { slots: ['home.hero'], samples: [100, 320, 90, 0, 100, 320, 510, -1], at: [250, 250], viewport: [1280, 720] },
  ])
})

test('a finger dwells while it touches, and the moves of one frame are all seen', async () => {
  const { move, flush, pointers, stop } = start()
  const touch = { pointerType: 'touch' }
  move(0, 10, 10, touch, 'pointerdown')
  const moves = [100, 200, 300].map((ms) => ({ timeStamp: ms, clientX: 10 + ms, clientY: 10, pointerType: 'touch' }))
  move(300, 310, 10, { ...touch, getCoalescedEvents: () => moves })
  move(400, 310, 10, touch, 'pointerleave')
  move(3_000, 10, 700, touch, 'pointerdown')
  await flush()
  stop()
  const [pointer] = pointers()
  expect(pointer).toMatchObject({ kind: 'touch' })
  expect(pointer!.samples.length / 4).toBe(5)
  expect(pointer!.grid!.reduce((a, b) => a + b)).toBe(400)
})
