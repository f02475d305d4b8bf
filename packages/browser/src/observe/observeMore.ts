import { onEvent } from '@unblink/page'
import { loadMore, loadWatch } from '../loadMore.ts'
import { place } from '../place.ts'
import type { EarlyEvent, ObserveContext } from './ObserveContext.ts'

const MAX_EARLY = 100

/**
 * The pointer's trail, scrolling and reading, frustration, web vitals, and what the visit teaches: fetches the part that
 * watches them, and keeps for it what the pointer does meanwhile. Where that part cannot be had, nothing of this is told.
 */
export function observeMore(context: ObserveContext): () => void {
  const early: EarlyEvent[] = []
  const keep = (event: Event) => {
    context.onInput?.(event)
    if (early.length < MAX_EARLY) early.push([event, event.composedPath()])
  }
  const undos = [onEvent('pointermove', keep), onEvent('pointerdown', keep)]
  let isStopped = false
  const stop = () => undos.splice(0).forEach((undo) => undo())
  const load = async () => {
    try {
      const { watch } = await loadWatch()
      stop()
      if (!isStopped) undos.push(watch(context, early, place, loadMore))
    } catch {
      // Not to be had: blocked, gone, no network.
    }
  }
  void load()
  return () => {
    isStopped = true
    stop()
  }
}
