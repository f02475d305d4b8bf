import { onEvent } from '@unblink/page'
import { SlotState, type Boot } from '@unblink/protocol'

/** The rule of an impression, see `Impression`: half of a slot, or 30 % of a large one, for a second in a visible tab. */
const SHARE = 0.5
const LARGE_SHARE = 0.3
const LARGE_PX = 242_500
const VIEWABLE_MS = 1_000

export interface MeetingsInput {
  readonly boot: Boot<Element, ChildNode>
  /** An experience's slot has been looked at; once per view and experience. */
  readonly onMeet: (experience: string) => void
  /** The visitor has clicked or submitted something in an experience's slot; each time. */
  readonly onTouch: (experience: string) => void
}

export interface MeetingsWatch {
  /** Slots have been shown or changed. */
  _look(): void
  /** Whether a slot's element has been in view, or may have been; known after `_ready`. */
  _isSeen(element: Element): boolean
  readonly _ready: Promise<unknown>
  _stop(): void
}

/**
 * Watches what becomes of experiences in one view. The tracker's observers tell nearly the same, but stay away where analytics
 * are denied; a cap holds all the same, and nothing of this leaves the device.
 */
export function observeMeetings({ boot: { slots }, onMeet, onTouch }: MeetingsInput): MeetingsWatch {
  const seen = new WeakSet<Element>()
  const viewable = new WeakSet<Element>()
  const met = new Set<string>()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  /** The experiences on slots, control too, by the element. */
  const getShown = () =>
    Object.values(slots).flatMap(({ element, state, cause, dismissed, decision }) => {
      const experience = cause || dismissed || state < SlotState.applied ? undefined : decision?.experience
      return element && experience !== undefined ? [{ element, experience }] : []
    })
  const aim = () => {
    const due = new Set<string>()
    for (const { element, experience } of getShown())
      if (viewable.has(element) && !document.hidden && !met.has(experience)) due.add(experience)
    for (const [id, timer] of timers) {
      if (due.has(id)) continue
      clearTimeout(timer)
      timers.delete(id)
    }
    for (const id of due)
      if (!timers.has(id))
        timers.set(
          id,
          setTimeout(() => {
            met.add(id)
            onMeet(id)
          }, VIEWABLE_MS),
        )
  }

  let tellReady: (told: unknown) => void
  const _ready = new Promise((resolve) => (tellReady = resolve))
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, intersectionRatio, boundingClientRect } of entries) {
        const { width, height, bottom } = boundingClientRect
        // What lies above the window has been gone past.
        if (isIntersecting || bottom < 0) seen.add(target)
        if (intersectionRatio >= (width * height < LARGE_PX ? SHARE : LARGE_SHARE)) viewable.add(target)
        else viewable.delete(target)
      }
      aim()
      tellReady(entries)
    },
    { threshold: [0, LARGE_SHARE, SHARE] },
  )
  // The page itself is always there, so there is always something to tell.
  observer.observe(document.documentElement)
  const look = () => {
    Object.values(slots).forEach(({ element }) => element && observer.observe(element))
    aim()
  }
  look()
  const touch = (event: Event) => {
    const path = event.composedPath()
    for (const { element, experience } of getShown()) if (path.includes(element)) onTouch(experience)
  }
  const undos = [onEvent('click', touch), onEvent('submit', touch), onEvent('visibilitychange', aim)]
  return {
    _look: look,
    _isSeen: (element) => seen.has(element),
    _ready,
    _stop() {
      observer.disconnect()
      undos.forEach((undo) => undo())
      timers.forEach((timer) => clearTimeout(timer))
    },
  }
}
