import { SlotState, type Boot, type BootSlotRecord, type Decision, type Exposure, type Outcome } from '@unblink/protocol'

function getOutcome({ state, cause, decision }: BootSlotRecord): Outcome {
  if (state === SlotState.applied) return 'variant'
  if (state === SlotState.late) return 'late'
  if (cause === 'timeout' || cause === 'error') return cause
  if (cause === 'denied') return 'blocked'
  if (decision?.reason === 'holdout') return 'holdout'
  return decision?.experience === undefined ? 'baseline' : 'control'
}

const round = (ms: number) => Math.max(0, Math.round(ms))

/** What the visitor could see of a slot that has been revealed. Pure. */
export function toExposure(slot: string, record: BootSlotRecord, { sentAt, repliedAt, reply }: Pick<Boot, 'sentAt' | 'repliedAt' | 'reply'>): Exposure {
  const { decision, hiddenAt = 0, revealedAt = 0, cause } = record
  const { experience, variant }: Partial<Decision> = decision ?? {}
  const isInTime = reply !== undefined && repliedAt !== undefined && sentAt !== undefined && cause !== 'timeout'
  return {
    slot,
    ...(experience === undefined ? {} : { experience }),
    ...(variant === undefined ? {} : { variant }),
    outcome: getOutcome(record),
    reason: cause === 'timeout' || cause === 'error' ? cause : (decision?.reason ?? 'default'),
    hiddenMs: round(revealedAt - hiddenAt),
    ...(isInTime ? { profileMs: round(repliedAt - sentAt) } : {}),
  }
}
