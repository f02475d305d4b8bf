import type { Cap, Condition, Decision, Experience } from '@unblink/protocol'
import { getOwn } from '@unblink/protocol'
import { bucket } from '../bucket.ts'
import { createMatcher } from '../createMatcher.ts'
import { decide, type DecideInput } from '../decide.ts'
import type { Meetings } from '../deviceMemory.ts'
import { isCapped } from '../isCapped.ts'
import { isInRange } from '../isInRange.ts'
import { isInSchedule } from '../isInSchedule.ts'
import { pickVariant } from '../pickVariant.ts'
import { findFailure } from './findFailure.ts'
import type { Consideration, Gate } from './gate.ts'
import { quote } from './quote.ts'

/** How one slot was decided. */
export interface SlotTrace {
  readonly slot: string
  /** What `decide` answers for the same input. */
  readonly decision: Decision
  /** The slot's experiences, the highest priority first, and how far each came. */
  readonly considered: readonly Consideration[]
  readonly sentence: string
}

export interface Explanation {
  readonly slots: readonly SlotTrace[]
  /** Operators met that this version does not know. They are false, which is hardly what was meant. */
  readonly unknownOperators: readonly string[]
}

type Stop = Pick<Consideration, 'gate' | 'failure' | 'sentence'>

const stop = (gate: Gate, sentence: string): Stop => ({ gate, sentence })

const COUNTED = ['impressions', 'dismissals', 'ignored'] as const

/** Which of a cap's limits has been reached. Without any, it is the cool-down. */
function describeCap(cap: Cap, meetings: Meetings, now: number): string {
  const counts = meetings[cap.per] ?? {}
  // Comparing with what is not there is false.
  const name = COUNTED.find((limit) => counts[limit]! >= cap[limit]!)
  return name
    ? `${counts[name]} ${name} per ${cap.per}, and the cap is ${cap[name]}`
    : `it was met ${now - meetings.lastAt!} ms ago, and cools down for ${cap.coolDownMs} ms`
}

function describeBucket({ id, seed = id, namespace, variants, coverage = 1 }: Experience, visitor?: string): Stop {
  if (!visitor) return stop('visitor', 'There is no visitor id to bucket, and not everyone gets the same.')
  if (namespace) {
    const at = bucket(`namespace:${namespace.id}`, visitor)
    const [from, to] = namespace.range
    if (!isInRange(`namespace:${namespace.id}${visitor}`, from, to)) {
      const range = `${from * 10_000} to ${to * 10_000}`
      return stop('namespace', `Bucket ${at} of namespace ${quote(namespace.id)} is not within ${range}.`)
    }
  }
  const shares = variants.map(({ id: variant, weight = 1 }) => `${variant} ${weight}`).join(', ')
  const at = bucket(seed, visitor)
  return stop('coverage', `Bucket ${at} belongs to no variant, with coverage ${coverage} and weights ${shares}.`)
}

/** What stops an experience, or the variant that it gives. The order is that of `decide`. */
function consider(experience: Experience, input: DecideInput, unknown: Set<string>): Stop | { variant: string } {
  const { manifest, visitor, attributes, consent, context, now, memory } = input
  const { id, schedule, audience = {}, suppress, cap } = experience
  const isAllowed = !consent || consent.personalization === 'granted'
  const facts = { ...(isAllowed && attributes), ...context }
  const options = { groups: manifest.groups, onUnknown: (operator: string) => void unknown.add(operator) }
  const matches = createMatcher(facts, options.groups, options.onUnknown)
  const getCondition = (reference: string | Condition | undefined) =>
    typeof reference === 'string' ? (getOwn(manifest.audiences, reference) as Condition | undefined) : reference
  const name = typeof audience === 'string' ? `audience ${quote(audience)}` : 'its audience'
  try {
    if (schedule && !isInSchedule(schedule, now!)) {
      const moment = now === undefined ? 'without a clock' : `at ${new Date(now).toISOString()}`
      return stop('schedule', `Its schedule ${quote({ ...schedule })} does not run ${moment}.`)
    }
    const condition = getCondition(audience)
    if (!condition) return stop('audience', `There is no ${name}.`)
    if (!matches(facts, condition)) {
      const failure = findFailure(condition, facts, options)!
      const withheld = isAllowed ? '' : ' Attributes are not looked at without consent.'
      return { ...stop('audience', `Not in ${name}: ${failure.sentence}.${withheld}`), failure }
    }
    const kept = getCondition(suppress)
    if (kept && matches(facts, kept)) return stop('suppress', `Suppressed: the visitor meets ${quote(kept)}.`)
    if (cap && isCapped(cap, memory?.counts?.[id], now!)) {
      return stop('cap', `Capped: ${describeCap(cap, memory!.counts![id]!, now!)}.`)
    }
    const variant = pickVariant(experience, visitor, memory?.assignments?.[id])
    return variant ? { variant: variant.id } : describeBucket(experience, visitor)
  } catch (error) {
    const what =
      error instanceof Error && error.message ? error.message : 'a condition is malformed, or nested too deep'
    return stop('error', `Its rules are at fault: ${what}.`)
  }
}

const SENTENCES: Partial<Record<Decision['reason'], string>> = {
  holdout: 'The visitor is in the holdout, so the baseline stays.',
  consent: 'Nothing that needs no consent matched, so the baseline stays.',
  default: 'No experience admits the visitor, so the baseline stays.',
  error: 'The rules of an experience are at fault, so the baseline stays.',
}

function trace(decision: Decision, input: DecideInput, unknown: Set<string>): SlotTrace {
  const { slot, experience: winner, variant, reason } = decision
  const own = input.manifest.experiences.filter((experience) => experience.slot === slot)
  const ordered = own.sort(({ priority: a = 0 }, { priority: b = 0 }) => b - a)
  let ended: string | undefined
  const considered = ordered.map((experience): Consideration => {
    const { id, priority = 0 } = experience
    const place = { experience: id, priority }
    if (reason === 'holdout') return { ...place, ...stop('holdout', 'The visitor is in the holdout.') }
    if (ended !== undefined) return { ...place, ...stop('priority', `Experience ${quote(ended)} comes first.`) }
    const result = consider(experience, input, unknown)
    if ('variant' in result) {
      ended = id
      return { ...place, variant: result.variant, sentence: `It wins with variant ${quote(result.variant)}.` }
    }
    if (result.gate === 'error') ended = id
    return { ...place, ...result }
  })
  const sentence = SENTENCES[reason] ?? `Experience ${quote(winner ?? '')} shows variant ${quote(variant ?? '')}.`
  return { slot, decision, considered, sentence }
}

/**
 * Everything that `decide` weighs for the same input, as plain data with sentences: for each slot its experiences in order,
 * and what stopped each. It looks at all of them, so it is for inspectors, not for every page view.
 */
export function explain(input: DecideInput): Explanation {
  const unknown = new Set<string>()
  const slots = decide(input).map((decision) => trace(decision, input, unknown))
  return { slots, unknownOperators: [...unknown] }
}
