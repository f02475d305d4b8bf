import { onEvent, whenIdle } from '@unblink/page'
import { createReadingClock } from './createReadingClock.ts'
import type { ObserveContext } from './ObserveContext.ts'

/** Heights of the viewport at which text is looked for. */
const LINES = [0.25, 0.5, 0.75]
/** From the first scroll until the page is looked at: less than a reader needs to begin, and a flick of the wheel is one look. */
const LOOK_MS = 300
/** Less is a label. */
const MIN_TEXT = 20

const hasText = (element: Element | null | undefined) =>
  [...(element?.childNodes ?? [])].some((node) => node instanceof Text && node.data.trim().length >= MIN_TEXT)

/** Whether somebody could read in the middle of the viewport: an element there, or the one around it, has text of its own. */
const isTextInView = () =>
  LINES.some((line) => {
    const element = document.elementFromPoint(innerWidth / 2, innerHeight * line)
    return hasText(element) || hasText(element?.parentElement)
  })

/**
 * How far the visitor got, and how long they read: `maxY` is the lowest line of the page that has been in the viewport. Told
 * when it is due and something has changed, and when the page is hidden. The handler reads nothing: `scrollY` alone would force a
 * layout, so sizes are read when the main thread is idle and layout is clean.
 */
export function observeScroll({ track, onPulse }: ObserveContext): () => void {
  const clock = createReadingClock(performance.now())
  let rev = 0
  let maxY = 0
  let documentHeight = 0
  let isReadable = false
  let told = ''
  let stopWaiting: (() => void) | undefined

  const settle = () => clock._settle(performance.now(), isReadable && !document.hidden)
  const measure = () => {
    stopWaiting = undefined
    documentHeight = document.documentElement.scrollHeight
    maxY = Math.max(maxY, Math.min(Math.round(scrollY + innerHeight), documentHeight))
    isReadable = isTextInView()
    settle()
  }
  const wait = () => {
    if (stopWaiting) return
    const timer = setTimeout(() => (stopWaiting = whenIdle(measure)), LOOK_MS)
    stopWaiting = () => clearTimeout(timer)
  }
  const onScroll = ({ timeStamp }: Event) => {
    clock._move(timeStamp)
    wait()
  }
  measure()
  const undos = [
    onEvent('scroll', onScroll),
    onEvent('visibilitychange', settle),
    onPulse((isDue, isLeaving) => {
      // What has been scrolled to since the last idle moment was seen, too.
      if (isLeaving && stopWaiting) measure()
      else settle()
      // In between, time alone is no news: somebody who reads also scrolls.
      const news = JSON.stringify(isLeaving ? [maxY, clock._get()] : maxY)
      if (!isDue || news === told) return
      told = news
      const maxPercent = Math.min(100, Math.round((100 * maxY) / documentHeight) || 0)
      track({ t: 'scroll', p: { rev: rev++, maxPercent, maxY, documentHeight, readMs: clock._get() } })
    }),
  ]
  return () => {
    stopWaiting?.()
    undos.forEach((undo) => undo())
  }
}
