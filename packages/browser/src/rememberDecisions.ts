import type { Boot, ProfileReply } from '@unblink/protocol'
import type { Corrected } from './device/createDevice.ts'
import { getImages } from './getImages.ts'
import { isFinal, write } from './memory.ts'

/** A remembered decision is for this visit; whoever comes back later is decided anew. */
const MAX_AGE_MS = 30 * 60_000

/**
 * Keeps the decisions for the next view, which then hides nothing. "Nothing matched" is kept only when it comes from
 * behind the latest events (`isLearnt`), and only until something new happened: see `forgetDoubts`. What a preview forces is
 * not kept; what this device has corrected is, if need be for longer.
 */
export function rememberDecisions(
  boot: Boot<Element, ChildNode>,
  { decisions = [], expiresAt, corrected = [], until }: ProfileReply & Partial<Corrected>,
  isLearnt: boolean,
): void {
  const kept = decisions
    .filter((decision) => decision.reason !== 'override' && (isLearnt || isFinal(decision, corrected)))
    .map((decision) => (decision.reason === 'holdout' ? decision : { ...decision, reason: 'cached' as const }))
  const images = kept.flatMap(({ slot, content }) => (boot.slots[slot] && content ? getImages(content) : []))
  write({ decisions: kept, images, corrected, expiresAt: until ?? Math.min(expiresAt, Date.now() + MAX_AGE_MS) })
}
