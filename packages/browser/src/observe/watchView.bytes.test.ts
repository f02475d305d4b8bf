import { parseBatch, SlotState, type Batch, type Boot, type BootSlotRecord, type EventType } from '@unblink/protocol'
import { createTracker } from '@unblink/tracker'
import { afterEach, expect, test, vi } from 'vitest'
import type { ObserveContext, Pulse } from './ObserveContext.ts'
import { observeEngagement } from './observeEngagement.ts'
import { observePointer } from './observePointer.ts'
import { observeScroll } from './observeScroll.ts'
import { startPulse } from './startPulse.ts'

const WIDTH = 1_280
const HEIGHT = 720
const PAGE_HEIGHT = 9_000
const FRAME_MS = 1_000 / 60
const SCROLL_PX = 40
const GRANTED = { personalization: 'granted', analytics: 'granted' } as const
const VIEW_ID = '0192f3a4-0000-7000-8000-00000000000a'
/** What a minute tells; what a view begins with is told once, however long it is. */
const OF_A_MINUTE: readonly EventType[] = ['engagement', 'pointer', 'scroll']

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** A page with a slot in its upper half, in a window whose clock, pointer and scroll position the test moves. */
function openPage() {
  vi.useFakeTimers({ now: 1_760_000_000_000 })
  const events = new EventTarget()
  const box = { x: 0, y: 0, width: WIDTH, height: HEIGHT / 2 }
  const element = { getBoundingClientRect: () => box } as unknown as Element
  class Observer {
    readonly tell: (entries: readonly object[]) => void
    constructor(tell: Observer['tell']) {
      this.tell = tell
    }
    observe(target: Element) {
      this.tell([{ target, intersectionRatio: 1, boundingClientRect: box }])
    }
    disconnect() {}
  }
  const globals = {
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
    innerWidth: WIDTH,
    innerHeight: HEIGHT,
    scrollY: 0,
    document: {
      hidden: false,
      documentElement: Object.assign(events, { scrollHeight: PAGE_HEIGHT }),
      elementFromPoint: () => null,
    },
    IntersectionObserver: Observer,
  }
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
  return {
    element,
    fire(type: string, members: object = {}) {
      const event = new Event(type)
      for (const [name, value] of Object.entries({ timeStamp: performance.now(), ...members }))
        Object.defineProperty(event, name, { value })
      events.dispatchEvent(event)
    },
  }
}

test('a minute of heavy use adds at most 3 KB to what a view begins with, envelopes included', async () => {
  const { element, fire } = openPage()
  const bodies: string[] = []
  const tracker = createTracker({
    endpoint: '/u/v1/e',
    key: 'pk_4f1c0a9b',
    consent: GRANTED,
    async fetch(_address, { body } = {}) {
      bodies.push(body as string)
      return Response.json({ v: 1, ok: 1, dup: 0, rej: [], next: 0 })
    },
  })
  const startedAt = performance.now()
  const view = { id: VIEW_ID, kind: 'load', startedAt, location: '/products/loans/home' } as const
  tracker.setView(view)
  const what = { experience: 'autumn-loans', variant: 'low-rate' }
  const record = { element, state: SlotState.applied, shownAt: startedAt, decision: what } as unknown as BootSlotRecord
  const pulses = new Set<Pulse>()
  const context: ObserveContext = {
    track: (event) => void tracker.track(event),
    view,
    getSlots: () => [{ name: 'home.hero', element, ...what }],
    boot: { slots: { 'home.hero': record } } as unknown as Boot<Element, ChildNode>,
    tracker,
    onShown: () => () => {},
    onPulse(pulse) {
      pulses.add(pulse)
      return () => pulses.delete(pulse)
    },
    turns: new Map(),
    early: [],
  }
  context.track({ t: 'page_view', p: { kind: 'load', title: 'Loans', source: {} } })
  const undos = [observeEngagement(context), observePointer(context, []), observeScroll(context)]
  const stop = startPulse((...now) => pulses.forEach((pulse) => pulse(...now)))
  // The mouse never rests, and the wheel turns four times a second until the page has ended.
  for (let frame = 0; frame < 3_600; frame++) {
    const ms = frame * FRAME_MS
    const [x, y] = [640 + 600 * Math.sin(ms / 700), 360 + 340 * Math.sin(ms / 450)]
    const path = y < HEIGHT / 2 ? [element] : []
    fire('pointermove', { clientX: x, clientY: y, pointerType: 'mouse', isPrimary: true, composedPath: () => path })
    if (frame % 15 === 0) {
      vi.stubGlobal('scrollY', Math.min(PAGE_HEIGHT - HEIGHT, scrollY + SCROLL_PX))
      fire('scroll')
    }
    await vi.advanceTimersByTimeAsync(FRAME_MS)
  }
  stop()
  undos.forEach((undo) => undo())
  await tracker.flush()
  tracker.stop()

  const told = bodies.flatMap((body) => {
    const parsed = parseBatch(JSON.parse(body))
    return parsed.ok && !parsed.value.rejected.length ? parsed.value.batch.events : []
  })
  expect(bodies).toHaveLength(2)
  expect(told.map(({ t }) => t)).toEqual(['page_view', 'impression', ...OF_A_MINUTE, ...OF_A_MINUTE])
  expect(told.at(-3)!.p).toMatchObject({
    visibleMs: 60_000,
    activeMs: 60_000,
    slots: { 'home.hero': [60_000, 60_000] },
  })
  expect(told.at(-1)!.p).toMatchObject({ maxPercent: 100 })

  const once = bodies
    .flatMap((body) => (JSON.parse(body) as Batch).events)
    .filter(({ t }) => !OF_A_MINUTE.includes(t))
    .map((event) => JSON.stringify(event))
  const bytes = [bodies, once].map((texts) => new TextEncoder().encode(texts.join('')).length)
  expect(bytes[0]! - bytes[1]!).toBeLessThanOrEqual(3 * 1_024)
})
