import type { EventInput } from '@unblink/protocol'
import type { ObserveContext, Pulse } from './ObserveContext.ts'
import { observeEngagement } from './observeEngagement.ts'
import { observeExposures } from './observeExposures.ts'
import { observeInteractions } from './observeInteractions.ts'
import { observeMore } from './observeMore.ts'
import { startPulse } from './startPulse.ts'

const OBSERVERS = [observeExposures, observeInteractions, observeEngagement, observeMore]

/** What is known of a view before anybody watches it. */
export interface WatchOptions extends Omit<ObserveContext, 'onPulse' | 'turns'> {
  readonly tellShown: () => void
  /** False when the visitor has denied analytics: then nobody watches, even if nothing of it were kept. */
  readonly isMeasured: boolean
  /** What works beside the observers, whatever was denied. */
  readonly others: readonly ((context: ObserveContext) => () => void)[]
}

/**
 * Watches one view with all observers, who share one timer.
 * @returns Ends it, after every observer has told what is still to be told.
 */
export function watchView({ tellShown, isMeasured, others, ...given }: WatchOptions): () => void {
  const turns = new Map<string, number>()
  const pulses = new Set<Pulse>()
  const context: ObserveContext = {
    ...given,
    turns,
    track(event: EventInput) {
      const tracked = given.track(event)
      if (event.t === 'rotation') {
        turns.set(event.p.slot, event.p.index)
        tellShown()
      }
      return tracked
    },
    onPulse(pulse) {
      pulses.add(pulse)
      return () => pulses.delete(pulse)
    },
  }
  const undos = [...(isMeasured ? OBSERVERS : []), ...others].map((observe) => observe(context))
  const stopPulse = startPulse((...now) => pulses.forEach((pulse) => pulse(...now)))
  return () => [stopPulse, ...undos].forEach((undo) => undo())
}
