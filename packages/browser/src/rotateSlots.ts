import { loadMore } from './loadMore.ts'
import type { ObserveContext } from './observe/ObserveContext.ts'
import { place } from './place.ts'

/**
 * Lets slots rotate whose decision says so: fetches the part that does it as soon as one of them has its variant. Where that
 * part cannot be had, the first content stays.
 */
export function rotateSlots(context: ObserveContext): () => void {
  const { slots } = context.boot
  let isStopped = false
  let undo = context.onShown(check)
  async function check() {
    if (!Object.values(slots).some(({ baseline, decision }) => baseline && decision?.rotation)) return
    undo()
    try {
      const { rotate } = await loadMore()
      if (!isStopped) undo = rotate(context, place)
    } catch {
      // Not to be had: blocked, gone, no network. The first content stays.
    }
  }
  void check()
  return () => {
    isStopped = true
    undo()
  }
}
