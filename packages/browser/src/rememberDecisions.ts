import type { Boot, Decision, ProfileReply } from '@unblink/protocol'
import type { Corrected } from './device/createDevice.ts'
import { getImages } from './getImages.ts'
import { write } from './memory.ts'

/** A remembered decision is for this visit; whoever comes back later is decided anew. */
const MAX_AGE_MS = 30 * 60_000

/**
 * Keeps the decisions for the next view, which then hides nothing. "Nothing matched" is kept only when it comes from behind
 * this view's events (`isLearnt`): what the view told may change just that. What a preview forces is not kept; what this
 * device has corrected is, if need be for longer.
 */
export function rememberDecisions(
  boot: Boot<Element, ChildNode>,
  { corrected = [], expiresAt, decisions = [], manifest, until }: ProfileReply & Partial<Corrected>,
  isLearnt: boolean,
): void {
  /** Not so without content and experience: nothing was known that matched. What the visitor does next may change just that. */
  const isFinal = ({ slot, content, experience, reason }: Decision) =>
    content || experience || reason === 'holdout' || corrected.includes(slot)
  const kept = decisions
    .filter((decision) => decision.reason !== 'override' && (isLearnt || isFinal(decision)))
    .map((decision) => (decision.reason === 'holdout' ? decision : { ...decision, reason: 'cached' as const }))
  const images = kept.flatMap(({ slot, content }) => (boot.slots[slot] && content ? getImages(content) : []))
  write({
    images,
    manifest,
    corrected,
    expiresAt: until ?? Math.min(expiresAt, Date.now() + MAX_AGE_MS),
    decisions: kept,
  })
}
