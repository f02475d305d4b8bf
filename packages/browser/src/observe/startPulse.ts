import { onHidden } from '@unblink/page'
import type { Pulse } from './ObserveContext.ts'

const BEAT_MS = 5_000
/** In beats: told after 5 s, after 30 s, and then every minute. A page that is left tells by itself; this is for crashes. */
const isDue = (beats: number) => beats === 1 || beats % 12 === 6

/**
 * The one timer of a view: beats every 5 s, so that a gap shows that the computer slept, and says when it is time to tell.
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
