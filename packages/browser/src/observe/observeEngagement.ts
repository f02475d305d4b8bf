import { onEvent, onHidden } from '@unblink/page'
import { createAttentionClock } from './createAttentionClock.ts'
import type { ObserveContext } from './ObserveContext.ts'

const FIRST_REPORT_MS = 5_000
const REPORT_EVERY_MS = 15_000
/** Leaving a page is told twice within a moment, and inputs come in crowds: less than this is no news. */
const MOMENT_MS = 100
const INPUTS = ['pointermove', 'pointerdown', 'keydown', 'scroll', 'touchmove']

/**
 * Time on page: milliseconds in the foreground, and of those the ones within a few seconds of an input. Told 5 s after the
 * start, then every 15 s while the visitor is active, and when the page is hidden. The same timer settles the clock while
 * the visitor only looks, so that a gap without it shows that the computer slept.
 */
export function observeEngagement({ track, view }: ObserveContext): () => void {
  const isVisible = () => !document.hidden
  const clock = createAttentionClock(view.startedAt, isVisible())
  let told = { visibleMs: -MOMENT_MS, activeMs: -1 }
  let rev = 0
  let inputAt = 0

  const settle = () => {
    clock._settle(performance.now(), isVisible())
    return clock._get()
  }
  const report = () => {
    const times = settle()
    if (times.visibleMs - told.visibleMs < MOMENT_MS) return
    told = times
    track({ t: 'engagement', p: { rev: rev++, ...times } })
  }
  const tick = () => {
    if (settle().activeMs > told.activeMs) report()
    timer = setTimeout(tick, REPORT_EVERY_MS)
  }
  const onInput = ({ timeStamp }: Event) => {
    if (timeStamp - inputAt < MOMENT_MS) return
    inputAt = timeStamp
    clock._input(timeStamp)
  }
  let timer = setTimeout(tick, FIRST_REPORT_MS)
  const undos = [...INPUTS.map((type) => onEvent(type, onInput)), onEvent('visibilitychange', settle), onHidden(report)]
  return () => {
    report()
    clearTimeout(timer)
    undos.forEach((undo) => undo())
  }
}
