import { onEvent, onHidden, whenIdle } from '@unblink/page'
import type { ObserveContext } from './ObserveContext.ts'

const REPORT_EVERY_MS = 5_000

/** How far the visitor got: the lowest line of the page that was in the viewport. Sizes are read when idle, never in the handler. */
export function observeScroll({ track }: ObserveContext): () => void {
  let rev = 0
  let maxY = -1
  let isDue = false
  let isPending = false

  const measure = () => {
    isPending = false
    const { scrollHeight } = document.documentElement
    const y = Math.min(Math.round(scrollY + innerHeight), scrollHeight)
    if (y <= maxY) return
    maxY = y
    isDue = true
  }
  const report = () => {
    if (isPending) measure()
    if (!isDue) return
    isDue = false
    const documentHeight = document.documentElement.scrollHeight
    const maxPercent = documentHeight ? Math.min(100, Math.round((100 * maxY) / documentHeight)) : 100
    track({ t: 'scroll', p: { rev: rev++, maxPercent, maxY, documentHeight } })
  }
  const onScroll = () => {
    if (isPending) return
    isPending = true
    whenIdle(measure)
  }
  onScroll()
  const timer = setInterval(report, REPORT_EVERY_MS)
  const undos = [onEvent('scroll', onScroll), onHidden(report)]
  return () => {
    report()
    clearInterval(timer)
    undos.forEach((undo) => undo())
  }
}
