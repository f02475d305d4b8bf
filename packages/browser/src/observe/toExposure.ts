import { isObject, SlotState, type Boot, type BootSlotRecord, type Exposure, type Outcome } from '@unblink/protocol'
import { getProfileMs } from '../getProfileMs.ts'

function getOutcome({ state, cause, decision }: BootSlotRecord): Outcome {
  if (state === SlotState.applied) return 'variant'
  // A trigger may also give the control, which is the baseline.
  if (state === SlotState.late) return decision?.content ? 'late' : 'control'
  if (cause) return cause
  if (decision?.reason === 'holdout') return 'holdout'
  return decision?.experience === undefined ? 'baseline' : 'control'
}

const round = (ms: number) => Math.max(0, Math.round(ms))

/** When a slot that its engine no longer hides was shown: a stuck main thread may tell us much later. */
const MAX_HIDDEN_BEYOND_DEADLINE_MS = 100

/** What the visitor could see of a slot that has been shown. */
export function toExposure(
  slot: string,
  record: BootSlotRecord,
  { base, reply }: Pick<Boot, 'base' | 'reply'>,
): Exposure {
  const { decision, hiddenAt, shownAt = 0, deadlineMs = 0 } = record
  // The request ended, but with nothing of use: what looks like a time-out was an error.
  const isFailed = record.cause === 'timeout' && reply !== undefined && !(isObject(reply) && reply['v'] === 1)
  const cause = isFailed ? 'error' : record.cause
  const isComposited = 'interactivity' in document.documentElement.style
  const hiddenMs = hiddenAt === undefined ? 0 : shownAt - hiddenAt
  const exposure = {
    slot,
    experience: decision?.experience,
    variant: decision?.variant,
    outcome: getOutcome({ ...record, cause }),
    reason: cause ?? decision?.reason ?? 'default',
    hiddenMs: round(isComposited ? Math.min(hiddenMs, deadlineMs + MAX_HIDDEN_BEYOND_DEADLINE_MS) : hiddenMs),
    chance: decision?.chance,
    profileMs: cause || decision?.reason === 'cached' ? undefined : getProfileMs(base),
  }
  // JSON leaves out what is undefined.
  return exposure as Exposure
}
