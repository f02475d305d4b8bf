import { onEvent, onHidden, whenIdle } from '@unblink/page'
import type { ObserveContext } from './ObserveContext.ts'

const REPORT_EVERY_MS = 5_000

/**
 * How far the visitor got: `maxY` is the lowest line of the page that has been in the viewport. Told every 5 s while it
 * grows, and when the page is hidden. The handler reads nothing: `scrollY` alone would force a layout, so sizes are read
 * when the main thread is idle and layout is clean.
 */
export function observeScroll({ track }: ObserveContext): () => void {
  let rev = 0
  let maxY = 0
  let toldY = 0
  let documentHeight = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopWaiting: (() => void) | undefined

  const measure = () => {
    stopWaiting = undefined
    documentHeight = document.documentElement.scrollHeight
    maxY = Math.max(maxY, Math.min(Math.round(scrollY + innerHeight), documentHeight))
    if (maxY > toldY) timer ??= setTimeout(report, REPORT_EVERY_MS)
  }
  const report = () => {
    clearTimeout(timer)
    timer = undefined
    if (maxY <= toldY) return
    toldY = maxY
    const maxPercent = Math.min(100, Math.round((100 * maxY) / documentHeight))
    track({ t: 'scroll', p: { rev: rev++, maxPercent, maxY, documentHeight } })
  }
  const finish = () => {
    stopWaiting?.()
    measure()
    report()
  }
  const onScroll = () => {
    stopWaiting ??= whenIdle(measure)
  }
  onScroll()
  const undos = [onEvent('scroll', onScroll), onHidden(finish)]
  return () => {
    finish()
    undos.forEach((undo) => undo())
  }
}
