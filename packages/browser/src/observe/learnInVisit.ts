import { SlotState, type BootSlotRecord, type Decision, type ProfileReply } from '@unblink/protocol'
import type { crossfade as Crossfade, Put } from '../crossfade.ts'
import type { ObserveContext } from './ObserveContext.ts'

/** What of the rest is needed, from whoever has it. */
export type LoadCrossfade = () => Promise<{ readonly crossfade: typeof Crossfade }>

/** What a visitor does that may change what is decided for them. */
const TELLING = /^(interaction|conversion|custom)$/

/**
 * Lets what the visitor does improve this very view: tells the collector at once, and gives slots that nobody has seen yet what
 * the acknowledgement has decided for them. What has been in view stays; the next view has it. A slot whose late policy is
 * `next`, that was dismissed or waits for a framework, and one that a trigger has changed, is left alone.
 * @param place The runtime's own, so that it is not loaded twice; so is `loadMore`.
 */
export function learnInVisit(
  { boot, tracker, onShown }: ObserveContext,
  place: Put,
  loadMore: LoadCrossfade,
): () => void {
  const { slots } = boot
  const { track, onReply } = tracker
  const seen = new WeakSet<Element>()
  const ours = new WeakSet<Decision>()

  const isFree = ({ element, late, defer, dismissed, state, decision }: BootSlotRecord<Element, ChildNode>) =>
    element?.isConnected &&
    late !== 'next' &&
    !defer &&
    !dismissed &&
    (state === SlotState.applied || state === SlotState.baseline || (decision && ours.has(decision))) &&
    !seen.has(element) &&
    element.getBoundingClientRect().top >= innerHeight
  const isNews = ({ slot: name, experience, variant, content }: Decision) => {
    const slot = slots[name]
    // Also a control: it is counted when its variants would have been shown. What shows a variant is not taken away for it.
    return (
      slot &&
      experience !== undefined &&
      (content || !slot.baseline) &&
      (slot.decision?.experience !== experience || slot.decision.variant !== variant) &&
      isFree(slot)
    )
  }
  const apply = async ({ decisions = [] }: ProfileReply) => {
    if (!decisions.some(isNews)) return
    const { crossfade } = await loadMore()
    // It may have come into view meanwhile, or the view has ended.
    for (const decision of boot.slots === slots ? decisions.filter(isNews) : []) {
      const slot = slots[decision.slot]!
      const old = decision.content && crossfade(slot.element!, decision.content, place)
      if (decision.content && !old) continue
      if (old) slot.baseline ??= old
      Object.assign(slot, { decision, state: SlotState.late, cause: undefined })
      ours.add(decision)
      boot.onChange(slot)
    }
  }

  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting, boundingClientRect } of entries)
      if (isIntersecting || boundingClientRect.bottom < 0) seen.add(target)
  })
  const look = () => Object.values(slots).forEach(({ element }) => element && observer.observe(element))
  look()
  tracker.track = async (event) => {
    const isKept = await track(event)
    if (TELLING.test(event.t) && Object.values(slots).some(isFree)) void tracker.flush()
    return isKept
  }
  tracker.onReply = (reply) => {
    const next = onReply?.(reply) as ProfileReply | undefined
    // Where the part that changes a slot cannot be had, the next view has it.
    if (next) apply(next).catch(() => {})
  }
  const stop = onShown(look)
  return () => {
    stop()
    observer.disconnect()
    Object.assign(tracker, { track, onReply })
  }
}
