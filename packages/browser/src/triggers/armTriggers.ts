import { onEvent, whenIdle } from '@unblink/page'
import type { CountRange, EventInput, Experience } from '@unblink/protocol'
import type { DeviceState } from '../device/deviceState.ts'
import { createWait } from './createWait.ts'
import { isInCountRange } from './isInCountRange.ts'

export interface TriggersInput {
  /** Of these, the ones with `when` are armed. */
  readonly experiences: readonly Experience[]
  /** Monotonic milliseconds at which the visitor could see the page. */
  readonly startedAt: number
  /** The device's state as of now; the view that has begun is counted in it. */
  readonly getState: () => DeviceState
  /** Ids of the experiences whose trigger has fired; all of a moment at once, each once a view. Never synchronously. */
  readonly onFire: (ids: readonly string[]) => void
}

export interface Armed {
  /** The page has pushed an event or a conversion, and the state knows it. */
  _hear(event: EventInput): void
  _stop(): void
}

/** A trigger has one of these members; asking for each is shorter than asking which. */
interface Trigger {
  readonly timeOnPageMs?: number
  readonly scrollPercent?: number
  readonly exitIntent?: true
  readonly inactiveMs?: number
  readonly visit?: CountRange
  readonly view?: CountRange
  readonly seen?: string
  readonly event?: string
  readonly times?: number
  readonly categoryViews?: { readonly category: string; readonly times: number }
  readonly cartAbandonedMs?: number
}

const INPUTS = ['pointermove', 'pointerdown', 'keydown', 'scroll', 'touchmove']

/**
 * Waits for what experiences wait for, in one view. One passive listener for each kind of happening, and only for kinds that
 * are waited for; none of them reads layout: sizes are read in an idle moment, and what is in view the engine tells.
 */
export function armTriggers({ experiences, startedAt, getState, onFire }: TriggersInput): Armed {
  const fired: string[] = []
  const known = new Set<string>()
  const fire = (id: string) => {
    if (known.size === known.add(id).size) return
    if (fired.push(id) > 1) return
    queueMicrotask(() => onFire(fired.splice(0)))
  }
  const armed = experiences.flatMap(({ id, when }) =>
    [when ?? []].flat().map((trigger: Trigger) => ({ trigger, fire: () => fire(id) })),
  )
  const has = (name: keyof Trigger) => armed.some(({ trigger }) => name in trigger)
  const undos: (() => void)[] = []

  // Times, in a tab that is visible.
  let visibleMs = 0
  let since = startedAt
  let inputAt = performance.now()
  const left = ({ timeOnPageMs, inactiveMs, cartAbandonedMs }: Trigger) => {
    if (cartAbandonedMs !== undefined) return (getState().cartAt ?? Infinity) + cartAbandonedMs - Date.now()
    if (document.hidden) return Infinity
    const now = performance.now()
    return inactiveMs === undefined ? timeOnPageMs! - visibleMs - now + since : inputAt + inactiveMs - now
  }
  const waits = armed
    .filter(({ trigger }) => ['timeOnPageMs', 'inactiveMs', 'cartAbandonedMs'].some((name) => name in trigger))
    .map(({ trigger, fire }) => createWait(() => left(trigger), fire))
  const check = () => waits.forEach((wait) => wait.check())
  if (document.hidden) since = inputAt
  undos.push(
    () => waits.forEach((wait) => wait.stop()),
    onEvent('visibilitychange', () => {
      const now = performance.now()
      if (document.hidden) visibleMs += now - since
      since = inputAt = now
      check()
    }),
  )
  if (has('inactiveMs')) undos.push(...INPUTS.map((type) => onEvent(type, () => (inputAt = performance.now()))))

  // Places.
  const found = new Map<() => void, Element>()
  const inView = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRatio } of entries)
        if (intersectionRatio >= 0.5) found.forEach((element, fire) => element === target && fire())
    },
    { threshold: 0.5 },
  )
  let stopWaiting: (() => void) | undefined
  const look = () => {
    stopWaiting = undefined
    const { scrollHeight } = document.documentElement
    const percent = scrollHeight > innerHeight ? (100 * (scrollY + innerHeight)) / scrollHeight : 100
    for (const { trigger, fire } of armed) {
      // The last line of a page may be a fraction of a pixel away.
      if (Math.round(percent) >= trigger.scrollPercent!) fire()
      try {
        const element = trigger.seen && document.querySelector(trigger.seen)
        if (!element) continue
        found.set(fire, element)
        inView.observe(element)
      } catch {
        // A selector that is none finds nothing.
      }
    }
  }
  const onScroll = () => {
    stopWaiting ??= whenIdle(look)
  }
  if (has('scrollPercent') || has('seen')) {
    undos.push(
      onEvent('scroll', onScroll),
      () => stopWaiting?.(),
      () => inView.disconnect(),
    )
    onScroll()
  }
  if (has('exitIntent')) {
    // Out of the window by its upper edge, towards the tabs and the address; a finger has no such way.
    const onLeave = ({ pointerType, relatedTarget, clientY, buttons }: PointerEvent) => {
      if (pointerType !== 'mouse' || relatedTarget || clientY > 0 || buttons) return
      armed.forEach(({ trigger, fire }) => trigger.exitIntent && fire())
    }
    undos.push(onEvent('pointerout', onLeave))
  }

  // Numbers.
  const { visit, view, categories } = getState()
  for (const { trigger, fire } of armed) {
    const { categoryViews } = trigger
    if (trigger.visit && isInCountRange(trigger.visit, visit)) fire()
    if (trigger.view && isInCountRange(trigger.view, view)) fire()
    if (categoryViews && categories[categoryViews.category]! >= categoryViews.times) fire()
  }
  const heard = new Map<string, number>()
  check()

  return {
    _hear({ t, p }) {
      const name = t === 'custom' ? p.name : t === 'conversion' ? p.goal : undefined
      if (name === undefined) return
      const times = (heard.get(name) ?? 0) + 1
      heard.set(name, times)
      for (const { trigger, fire } of armed) if (trigger.event === name && times >= (trigger.times ?? 1)) fire()
      check()
    },
    _stop: () => undos.forEach((undo) => undo()),
  }
}
