import type { Event, Exposure, Outcome, Reason } from '@unblink/protocol'
import type { LoggedEvent } from '../model/readLog.ts'
import type { Site } from '../site/site.ts'
import { countPart, type Visitor } from './countPart.ts'
import { createTally, type Tally } from './createTally.ts'
import type { Results } from './results.ts'
import { summarise } from './summarise.ts'

/** What an analysis is made of: events of other types are passed over. */
export const RESULT_TYPES = ['exposure', 'conversion', 'vital'] as const

/** There was a decision, so the holdout had been asked. */
const DECIDED: readonly Reason[] = ['targeting_match', 'split', 'default', 'consent', 'cached', 'holdout']
/** There was none in time, or nothing could be made of it. */
const MISSED: readonly Outcome[] = ['timeout', 'error']
const SEEN: readonly Outcome[] = ['variant', 'late', 'control']
/** What is told of one view of a slot comes close together; so many are remembered. */
const MAX_VIEWS = 100_000
const MAX_UNKNOWN = 20

/** One view of a slot. */
interface View {
  /** It was shown without its variant at first. */
  readonly isMissed: boolean
  /** And nobody knew which one it would have been. */
  readonly isUndecided: boolean
  /** Variants that it is counted for. */
  readonly counted: Set<Tally>
  isFlicker: boolean
}

/**
 * Counts who got which variant and what came of it. A visitor counts for the first variant that an exposure names, also when a time-out
 * or an error kept it from sight: without these a variant would look better than its control, which cannot fail.
 */
export function createResults(site: Site): { add(logged: LoggedEvent): void; get(): Results } {
  const visitors = new Map<string, Visitor>()
  const experiences = new Map(site.experiences.map((experience) => [experience.id, experience]))
  const tallies = new Map(
    site.experiences.map(({ id, variants }) => [id, new Map(variants.map((variant) => [variant.id, createTally()]))]),
  )
  const slots = new Map(Object.keys(site.slots).map((slot) => [slot, createTally()]))
  const unknown = new Set<string>()
  const views = new Map<string, View>()

  const getVisitor = (id: string): Visitor => {
    const known = visitors.get(id)
    if (known) return known
    const visitor: Visitor = { parts: new Map(), goals: new Map(), isExposed: false }
    visitors.set(id, visitor)
    return visitor
  }

  const getView = (pv: string, { slot, outcome, experience }: Exposure): View => {
    const key = `${pv} ${slot}`
    const known = views.get(key)
    if (known) return known
    const isMissed = MISSED.includes(outcome)
    const isUndecided = isMissed && experience === undefined
    const view: View = { isMissed, isUndecided, counted: new Set(), isFlicker: false }
    views.set(key, view)
    const [oldest] = views.keys()
    if (views.size > MAX_VIEWS && oldest !== undefined) views.delete(oldest)
    return view
  }

  const countView = (view: View, tally: Tally | undefined, { outcome, hiddenMs }: Exposure) => {
    if (!tally || view.counted.has(tally)) return
    view.counted.add(tally)
    tally.views++
    tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1
    tally.hidden.add(hiddenMs)
  }

  const countFlicker = (view: View | undefined, slot: string, tally: Tally) => {
    if (!view || view.isFlicker) return
    view.isFlicker = true
    tally.flickers++
    const ofSlot = slots.get(slot)
    if (ofSlot) ofSlot.flickers++
  }

  const findTally = (experience: string, variant: string) => {
    const tally = tallies.get(experience)?.get(variant)
    if (!tally && unknown.size < MAX_UNKNOWN)
      unknown.add(tallies.has(experience) ? `${experience} / ${variant}` : experience)
    return tally
  }

  const addExposure = (id: string, { at, pv, p: exposure }: Event<'exposure'>) => {
    const { slot, experience, variant, outcome, reason } = exposure
    // What a preview shows, nobody was given.
    if (reason === 'override') return
    const view = getView(pv, exposure)
    countView(view, slots.get(slot), exposure)
    const visitor = getVisitor(id)
    visitor.isExposed = true
    if (DECIDED.includes(reason) && !(visitor.held && visitor.held.at <= at))
      visitor.held = { isOut: reason === 'holdout', at }
    const tally = experience !== undefined && variant !== undefined && findTally(experience, variant)
    if (!tally) return
    countView(view, tally, exposure)
    // What comes late without a time-out was not meant to come earlier, or into a slot that had not been in view.
    if (outcome === 'late' && view.isMissed && !experiences.get(experience)?.when) countFlicker(view, slot, tally)
    // After a time-out a variant may still be brought in. Its control is told again only where slots fade, and also where a variant
    // would not have been let in, so neither counts.
    if (!view.isUndecided) countPart(visitor, experience, { variant, at, saw: SEEN.includes(outcome) })
  }

  const addVital = ({ pv, p }: Event<'vital'>) => {
    for (const { slot, experience = '', variant = '', outcome, isFlicker } of p.slots) {
      const tally = tallies.get(experience)?.get(variant)
      if (tally && isFlicker && outcome === 'variant') countFlicker(views.get(`${pv} ${slot}`), slot, tally)
    }
  }

  return {
    add({ visitor, event }) {
      if (event.t === 'exposure') addExposure(visitor, event)
      else if (event.t === 'vital') addVital(event)
      else if (event.t === 'conversion' && Object.hasOwn(site.goals, event.p.goal)) {
        const { goals } = getVisitor(visitor)
        goals.set(event.p.goal, Math.max(event.at, goals.get(event.p.goal) ?? 0))
      }
    },
    get: () =>
      summarise(site, {
        visitors: [...visitors.values()].filter(({ isExposed }) => isExposed),
        tallies,
        slots,
        unknown,
      }),
  }
}
