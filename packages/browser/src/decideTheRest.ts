import { decide } from '@unblink/decide'
import type { Boot, Manifest, ProfileReply } from '@unblink/protocol'

/**
 * Decides the slots that the reply left open, with the manifest and what the reply tells of the visitor.
 * Server decisions win; a reply or manifest of no use leaves the baseline. Never rejects.
 */
export async function decideTheRest(
  boot: Boot<Element, ChildNode>,
  { attributes, visitor }: ProfileReply,
): Promise<void> {
  const slots = Object.keys(boot.slots).filter((name) => !boot.slots[name]!.decision)
  if (!slots.length) return
  try {
    const response = await fetch(`${boot.base}/v1/m?key=${encodeURIComponent(boot.key)}`)
    const manifest = (await response.json()) as Manifest
    boot.decide(decide({ manifest, attributes, visitor, slots, consent: boot.consent }))
  } catch {
    // No manifest, no decision: the deadline shows the baseline, as for a slow reply.
  }
}
