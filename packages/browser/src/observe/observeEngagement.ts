import { onEvent, onHidden, onVisible } from '@unblink/page'
import type { ObserveContext } from './ObserveContext.ts'

/** Without input for this long the visitor counts as idle: reading time is active, an abandoned tab is not. */
const IDLE_AFTER_MS = 5_000
const REPORT_EVERY_MS = 15_000
const MIN_NEWS_MS = 100
const FIRST_REPORT_MS = 5_000
const INPUTS = ['pointermove', 'pointerdown', 'keydown', 'scroll', 'wheel', 'touchmove']

/**
 * Time on page: milliseconds in the foreground, and of those the milliseconds within a few seconds of an input. Both are
 * added up from stretches that are closed by events, so a sleeping timer or a sleeping computer adds nothing: a stretch
 * without any event counts as active only up to the idle limit, and as visible only up to one report.
 */
export function observeEngagement({ track, view }: ObserveContext): () => void {
  let rev = 0
  let visibleMs = 0
  let activeMs = 0
  const isVisible = () => document.visibilityState === 'visible'
  /** Start of the open stretch, undefined in the background. */
  let since: number | undefined = isVisible() ? view.startedAt : undefined
  /** Opening a page is an act of the visitor's. */
  let lastInputAt = view.startedAt
  let reported = -MIN_NEWS_MS

  const settle = () => {
    const now = performance.now()
    if (since !== undefined) {
      // No report for so long: the computer slept, or the main thread did; nobody was reading.
      visibleMs += Math.min(now - since, REPORT_EVERY_MS + IDLE_AFTER_MS)
      activeMs += Math.max(0, Math.min(now, lastInputAt + IDLE_AFTER_MS) - since)
    }
    since = isVisible() ? now : undefined
  }
  const report = () => {
    settle()
    const total = Math.round(visibleMs)
    // Leaving a page is told twice, within a moment.
    if (total - reported < MIN_NEWS_MS) return
    reported = total
    track({ t: 'engagement', p: { rev: rev++, visibleMs: total, activeMs: Math.round(Math.min(activeMs, visibleMs)) } })
  }
  const onInput = () => {
    const now = performance.now()
    // Ends an idle stretch; while active, moving the limit on is all there is to do.
    if (now - lastInputAt > IDLE_AFTER_MS) settle()
    lastInputAt = now
  }
  const tick = () => {
    if (isVisible()) report()
    timer = setTimeout(tick, REPORT_EVERY_MS)
  }
  let timer = setTimeout(tick, FIRST_REPORT_MS)
  const undos = [...INPUTS.map((type) => onEvent(type, onInput)), onHidden(report), onVisible(settle)]
  return () => {
    report()
    clearTimeout(timer)
    undos.forEach((undo) => undo())
  }
}
