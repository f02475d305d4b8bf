import type { Boot, ProfileReply } from '@unblink/protocol'
import type { FollowUp } from './device/createFollowUp.ts'

/**
 * Decides the slots that the reply left open, with the manifest and what the reply tells of the visitor.
 * Server decisions win; a reply or manifest of no use leaves the baseline. Never rejects.
 * @param load Fetches what decides, and the rules.
 * @returns False when the view has ended meanwhile: then nothing was decided.
 */
export async function decideTheRest(
  boot: Boot<Element, ChildNode>,
  reply: ProfileReply,
  load: FollowUp['load'],
): Promise<boolean> {
  const { slots } = boot
  const names = Object.keys(slots).filter((name) => !slots[name]!.decision)
  if (!names.length) return true
  try {
    const device = await load()
    if (boot.slots === slots) boot.decide(device.decide(reply, names))
  } catch {
    // No manifest or engine, no decision: the deadline shows the baseline, as for a slow reply.
  }
  return boot.slots === slots
}
