import { onEvent } from '@unblink/page'
import { SlotState, type Impression } from '@unblink/protocol'
import { createAttentionClock, type Attention } from './createAttentionClock.ts'
import type { ObserveContext } from './ObserveContext.ts'

/** Leaving a page is told twice within a moment, and inputs come in crowds: less than this is no news. */
const MOMENT_MS = 100
/** The pointer's moves are told by who follows them: two listeners would make each of them twice as dear. */
const INPUTS = ['pointerdown', 'keydown', 'scroll', 'touchmove']

/** The rule of the MRC: see `Impression`. */
const VIEWABLE_MS = 1_000
const LARGE_PX = 242_500
const LARGE_SHARE = 0.3
const SHARE = 0.5

interface Watched extends Attention {
  _element?: Element
  _isViewable?: boolean
  /** The content whose second runs, and the end of that second. */
  _content?: string
  _timer?: ReturnType<typeof setTimeout>
}

/**
 * Time on page: milliseconds in the foreground, and of those the ones within a few seconds of an input; the same for each
 * slot that is in view; and once for each content of a slot that it was viewable. Told when it is due and the visitor was
 * active, and when the page is hidden.
 */
export function observeEngagement(context: ObserveContext): () => void {
  const { track, view, boot, onShown, onPulse, turns } = context
  const isVisible = () => !document.hidden
  const clock = createAttentionClock(view.startedAt, isVisible())
  const page: Attention = { _visibleMs: 0, _activeMs: 0 }
  let told: Attention = { _visibleMs: -MOMENT_MS, _activeMs: 0 }
  let rev = 0
  let inputAt = 0

  const settle = () => clock._settle(performance.now(), isVisible())
  const round = ({ _visibleMs, _activeMs }: Attention) => [Math.round(_visibleMs), Math.round(_activeMs)] as const
  const report = () => {
    told = { ...page }
    const [visibleMs, activeMs] = round(page)
    const seen = Object.entries(watched).filter(([, slot]) => slot._visibleMs >= 1)
    const slots = Object.fromEntries(seen.map(([name, slot]) => [name, round(slot)]))
    track({ t: 'engagement', p: { rev: rev++, visibleMs, activeMs, ...(seen[0] && { slots }) } })
  }

  // A route change replaces the records before this view's observers are told to stop.
  const { slots } = boot
  const watched: Record<string, Watched> = {}
  const viewed = new Set<string>()
  /** Starts the second of a content that has become viewable, and ends that of one that is not any more. */
  const aim = (name: string, slot: Watched) => {
    const { state, cause, decision, dismissed } = slots[name]!
    const isOther = dismissed || (state === SlotState.baseline && cause)
    const { experience, variant } = isOther ? {} : (decision ?? ({} as never))
    // JSON leaves out what is undefined.
    const impression = { slot: name, experience, variant, index: turns.get(name) } as Impression
    const content = slot._isViewable && isVisible() ? JSON.stringify(impression) : ''
    if (slot._content === content) return
    slot._content = content
    clearTimeout(slot._timer)
    if (!content || viewed.has(content)) return
    slot._timer = setTimeout(() => {
      viewed.add(content)
      track({ t: 'impression', p: impression })
    }, VIEWABLE_MS)
  }
  const aimAll = () => Object.entries(watched).forEach(([name, slot]) => aim(name, slot))

  const observer = new IntersectionObserver(
    (entries) => {
      settle()
      for (const { target, intersectionRatio, boundingClientRect } of entries) {
        for (const [name, slot] of Object.entries(watched)) {
          if (slot._element !== target) continue
          const isHalf = intersectionRatio >= SHARE
          const { width, height } = boundingClientRect
          // What is in view when we come, in a page that nobody has scrolled, has been since it was shown.
          if (isHalf && slot._isViewable === undefined && !scrollY) {
            const sinceMs = performance.now() - Math.max(view.startedAt, slots[name]!.shownAt ?? Infinity)
            slot._visibleMs += Math.max(0, Math.min(sinceMs, page._visibleMs))
            slot._activeMs += Math.max(0, Math.min(sinceMs, page._activeMs))
          }
          slot._isViewable = isHalf || (intersectionRatio >= LARGE_SHARE && width * height >= LARGE_PX)
          clock._credited[isHalf ? 'add' : 'delete'](slot)
          aim(name, slot)
        }
      }
    },
    { threshold: [LARGE_SHARE, SHARE] },
  )
  const look = () => {
    for (const [name, { element, state }] of Object.entries(slots)) {
      if (!element || state < SlotState.applied) continue
      const slot = (watched[name] ??= { _visibleMs: 0, _activeMs: 0 })
      if (slot._element !== element) observer.observe((slot._element = element))
    }
    aimAll()
  }

  clock._credited.add(page)
  settle()
  look()
  const onInput = ({ timeStamp }: Pick<Event, 'timeStamp'>): void => {
    if (timeStamp - inputAt < MOMENT_MS) return
    inputAt = timeStamp
    clock._input(timeStamp)
  }
  context.onInput = onInput
  const undos = [
    ...INPUTS.map((type) => onEvent(type, onInput)),
    onEvent('visibilitychange', () => {
      settle()
      aimAll()
    }),
    onShown(look),
    onPulse((isDue, isLeaving) => {
      settle()
      look()
      const isNews = isLeaving ? page._visibleMs - told._visibleMs >= MOMENT_MS : page._activeMs > told._activeMs
      if (isDue && isNews) report()
    }),
  ]
  return () => {
    observer.disconnect()
    Object.values(watched).forEach(({ _timer }) => clearTimeout(_timer))
    undos.forEach((undo) => undo())
  }
}
