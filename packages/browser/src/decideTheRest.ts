import { parseConsent, type Boot, type Manifest, type ProfileReply } from '@unblink/protocol'
import { loadMore } from './loadMore.ts'

/**
 * Decides the slots that the reply left open, with the manifest and what the reply tells of the visitor.
 * Server decisions win; a reply or manifest of no use leaves the baseline. Never rejects.
 * @returns False when the view has ended meanwhile: then nothing was decided.
 */
export async function decideTheRest(
  boot: Boot<Element, ChildNode>,
  { attributes, visitor }: ProfileReply,
): Promise<boolean> {
  const { slots } = boot
  const names = Object.keys(slots).filter((name) => !slots[name]!.decision)
  if (!names.length) return true
  try {
    // Side by side: whoever has no manifest has no need of the engine either.
    const [{ decide }, manifest] = await Promise.all([
      loadMore(),
      fetch(`${boot.base}/v1/m?key=${encodeURIComponent(boot.key)}`).then(
        (response) => response.json() as Promise<Manifest>,
      ),
    ])
    const consent = parseConsent(boot.consent, boot.analytics)
    if (boot.slots === slots)
      boot.decide(decide({ manifest, attributes, visitor, slots: names, consent, now: Date.now() }))
  } catch {
    // No manifest or engine, no decision: the deadline shows the baseline, as for a slow reply.
  }
  return boot.slots === slots
}
