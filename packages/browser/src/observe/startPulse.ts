import { onHidden } from '@unblink/page'
import type { Pulse } from './ObserveContext.ts'

/** A little less than the tracker waits from the view's first event, so that the first report goes with it. */
const BEAT_MS = 4_900
/** In beats: told after the first, and then every minute. A page that is left tells by itself; this is for crashes. */
const isDue = (beats: number) => beats % 12 === 1

/**
 * The one timer of a view: beats about every 5 s, so that a gap shows that the computer slept, and says when it is time to tell.
 * Also beats when the page is hidden, and when it ends, which its undo does.
 */
export function startPulse(tell: Pulse): () => void {
  let beats = 0
  const timer = setInterval(() => tell(isDue(++beats), false), BEAT_MS)
  const leave = () => tell(true, true)
  const undo = onHidden(leave)
  return () => {
    clearInterval(timer)
    undo()
    leave()
  }
}
