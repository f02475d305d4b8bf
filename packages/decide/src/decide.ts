import { getOwn } from '@unblink/protocol'
import type { Attributes, Condition, Consent, Decision, Experience, Json, Manifest } from '@unblink/protocol'
import { createMatcher } from './createMatcher.ts'
import type { DeviceMemory } from './deviceMemory.ts'
import type { EvaluateOptions } from './evaluateOptions.ts'
import { isCapped } from './isCapped.ts'
import { isInRange } from './isInRange.ts'
import { isInSchedule } from './isInSchedule.ts'
import { pickVariant } from './pickVariant.ts'

export interface DecideInput extends EvaluateOptions {
  readonly manifest: Manifest
  /** The profile's attributes; not looked at without consent to personalization. */
  readonly attributes: Attributes
  /** Without an id nobody is held out or bucketed. */
  readonly visitor?: string | undefined
  /** @default every slot of the manifest */
  readonly slots?: readonly string[] | undefined
  /** Left out where no consent is needed or it was checked before: then attributes count. */
  readonly consent?: Consent | undefined
  /** Facts of this page view. They count whatever the consent, and win over attributes of the same name. */
  readonly context?: Readonly<Record<string, Json>> | undefined
  /** Epoch milliseconds. Without it, experiences with a schedule do not run and cool-downs are over. */
  readonly now?: number | undefined
  /** What this device remembers. @default nothing */
  readonly memory?: DeviceMemory | undefined
}

/**
 * One decision per slot, in the order asked for. The holdout comes first; then, of the slot's experiences, the one with the
 * highest priority whose schedule, audience, suppression, cap and buckets all admit the visitor. A fault in the rules of an
 * experience that would have been next to win makes its slot's decision an `error`, and never touches another slot.
 * Throws only for what is no manifest: one without a list of experiences, or with a holdout that is none.
 */
export const decide = ({
  manifest,
  attributes,
  visitor,
  slots = Object.keys(manifest.slots),
  consent,
  context,
  now,
  memory: { counts = {}, assignments = {} } = {},
  onUnknown,
}: DecideInput): Decision[] => {
  const isAllowed = !consent || consent.personalization === 'granted'
  const facts = { ...(isAllowed && attributes), ...context }
  const { holdout } = manifest
  const isOut = visitor && holdout && isInRange(`holdout:${holdout.seed}${visitor}`, 0, holdout.share)
  const matches = createMatcher(facts, manifest.groups, onUnknown)
  // Each audience is asked once. Where many experiences share one that saves nearly all the work; where none do it costs a fifth.
  const known = Object.create(null) as Record<string, boolean>
  const isMember = (audience: string | Condition | undefined): boolean =>
    typeof audience === 'string'
      ? (known[audience] ??= isMember(getOwn(manifest.audiences, audience) as Condition | undefined))
      : !!audience && matches(facts, audience)

  /** The best decision yet for each slot that is asked for, and the priority that another one has to exceed. */
  const best = Object.create(null) as Record<string, [Decision, number]>
  slots.map(
    (slot) =>
      (best[slot] = [
        { slot, reason: isOut ? 'holdout' : isAllowed ? 'default' : 'consent' },
        isOut ? Infinity : -Infinity,
      ]),
  )
  // Once for all slots, so that ten times the experiences take ten times as long and no more. Not sorted: an experience is
  // looked at only while it can still win its slot, and that is cheaper.
  for (const experience of manifest.experiences) {
    const { cap, audience = {}, slot, schedule, priority = 0, id } = Object(experience) as Experience
    // Of a slot that nobody asks for, undefined: nothing is more.
    if (!(priority > (best[slot]?.[1] as number))) continue
    try {
      const variant =
        (!schedule || isInSchedule(schedule, now!)) &&
        isMember(audience) &&
        !isMember(experience.suppress) &&
        !(cap && isCapped(cap, counts[id], now!)) &&
        pickVariant(experience, visitor, assignments[id])
      if (variant) {
        const { weight, id: name, ...rest } = variant
        best[slot] = [
          {
            slot,
            experience: id,
            variant: name,
            ...rest,
            reason: experience.kind === 'experiment' ? 'split' : 'targeting_match',
          },
          priority,
        ]
      }
    } catch {
      best[slot] = [{ slot, reason: 'error' }, priority]
    }
  }
  return slots.map((slot) => best[slot]![0])
}
