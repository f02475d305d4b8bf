import { isObject, SlotState, type BootSlotRecord, type Content, type Reason } from '@unblink/protocol'

/** What a slot comes to as a flag: what the visitor has of it, not what was meant for them. */
export interface Flag {
  /** Neither its decision nor its deadline has come. */
  readonly isPending: boolean
  /** A variant that is no default is shown, or is going to be. */
  readonly isOn: boolean
  /** The variant; also that of a control. Left out where the default is shown for any other reason. */
  readonly variant?: string | undefined
  readonly experience?: string | undefined
  /** Only beside `isOn`. */
  readonly content?: Content | undefined
  readonly reason: Reason
}

/**
 * Reads a slot's record as it stands. A slot without an element in the page is shown nowhere, so it cannot be missed: its
 * decision counts whenever it comes.
 * @param reply What the page's request came to; undefined while it is under way.
 */
export function readFlag(slot: BootSlotRecord, reply: unknown): Flag {
  const { state, decision, dismissed, element } = slot
  // The request ended, but with nothing of use: what looks like a time-out was an error.
  const isFailed = slot.cause === 'timeout' && reply !== undefined && !(isObject(reply) && reply['v'] === 1)
  const cause = isFailed ? 'error' : slot.cause
  if (!decision) return { isPending: state < SlotState.applied, isOn: false, reason: cause ?? 'default' }
  const { experience, variant, content, reason } = decision
  // The default was shown before the decision came, or because it could not be carried out.
  const isMissed = state === SlotState.baseline && cause !== undefined && element !== undefined
  const isLost = isMissed || dismissed === true
  return {
    isPending: false,
    isOn: !isLost && content !== undefined,
    experience,
    ...(isLost ? {} : { variant, content }),
    reason: isMissed ? cause : reason,
  }
}
