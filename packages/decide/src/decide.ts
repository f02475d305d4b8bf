import { getOwn } from '@unblink/protocol'
import type { Attributes, Condition, Consent, Decision, Experience, Json, Manifest, Variant } from '@unblink/protocol'
import { assign } from './assign.ts'
import { getExperiences } from './getExperiences.ts'
import { isHeldOut } from './isHeldOut.ts'
import { matches } from './matches.ts'

export interface DecideInput {
  /** Its experiences are grouped once and remembered by identity, so treat it as immutable. */
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
}

/** The variant for a visitor; without an id, only what everyone would get can be given. */
const pickVariant = ({ id, kind, seed, variants, coverage = 1 }: Experience, visitor = ''): Variant | undefined =>
  visitor || (kind === 'personalization' && variants.length === 1 && coverage >= 1)
    ? variants[assign({ seed: seed ?? id, id: visitor, weights: variants.map(({ weight = 1 }) => weight), coverage })]
    : undefined

/**
 * One decision per slot, in the order asked for. The holdout comes first; then the slot's experiences by priority, of
 * which the first wins whose audience matches and which admits the visitor. A fault in a slot's rules makes that slot's
 * decision an `error`, and never touches another slot.
 */
export const decide = ({ manifest, attributes, visitor, slots, consent, context }: DecideInput): Decision[] => {
  const isAllowed = !consent || consent.personalization === 'granted'
  const facts = { ...(isAllowed && attributes), ...context }
  const audiences = Object.create(null) as Record<string, boolean>

  const isMember = (id: string): boolean => {
    const condition = getOwn(manifest.audiences, id) as Condition | undefined
    return (audiences[id] ??= !!condition && matches(facts, condition, {}))
  }

  const decideSlot = (slot: string): Decision => {
    try {
      if (visitor && manifest.holdout && isHeldOut(visitor, manifest.holdout)) return { slot, reason: 'holdout' }
      for (const experience of getExperiences(manifest, slot)) {
        const { id, kind, audience } = experience
        const variant = (audience === undefined || isMember(audience)) && pickVariant(experience, visitor)
        if (variant) {
          return {
            slot,
            experience: id,
            variant: variant.id,
            ...(variant.content && { content: variant.content }),
            reason: kind === 'experiment' ? 'split' : 'targeting_match',
          }
        }
      }
      return { slot, reason: isAllowed ? 'default' : 'consent' }
    } catch {
      return { slot, reason: 'error' }
    }
  }

  return (slots ?? Object.keys(manifest.slots)).map(decideSlot)
}
