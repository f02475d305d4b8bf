import type { SiteExperience } from '../site/choice.ts'
import type { Site } from '../site/site.ts'
import type { Visitor } from './countPart.ts'
import type { Tally } from './createTally.ts'
import { getDifference } from './getDifference.ts'
import { getRate } from './getRate.ts'
import { getSampleRatio } from './getSampleRatio.ts'
import type {
  ExperienceResult,
  GoalResult,
  GroupResult,
  HoldoutResult,
  Results,
  Seen,
  VariantResult,
} from './results.ts'

/** What events add up to. */
export interface Counted {
  /** Those who were exposed to anything. */
  readonly visitors: readonly Visitor[]
  /** By experience and variant. */
  readonly tallies: ReadonlyMap<string, ReadonlyMap<string, Tally>>
  readonly slots: ReadonlyMap<string, Tally>
  readonly unknown: ReadonlySet<string>
}

/** How many visitors are in a group, and how many of them reached each goal after they had come into it. */
interface Group {
  visitors: number
  saw: number
  readonly converted: Map<string, number>
}

const createGroup = (): Group => ({ visitors: 0, saw: 0, converted: new Map() })

function join(group: Group, { goals }: Visitor, since: number): void {
  group.visitors++
  for (const [goal, at] of goals) if (at >= since) group.converted.set(goal, (group.converted.get(goal) ?? 0) + 1)
}

function toGroupResult(site: Site, { visitors, converted }: Group, base?: Group): GroupResult {
  const goals = Object.keys(site.goals).map((goal): GoalResult => {
    const count = converted.get(goal) ?? 0
    const rate = getRate(count, visitors)
    const isComparable = base && base.visitors > 0 && visitors > 0
    const against = isComparable && getDifference(rate, getRate(base.converted.get(goal) ?? 0, base.visitors))
    return { goal, count, ...rate, ...(against && { against }) }
  })
  return { visitors, goals }
}

function toSeen({ views, outcomes, flickers, hidden }: Tally, hasFlickers: boolean): Seen {
  const p50 = hidden.getQuantile(0.5)
  const p95 = hidden.getQuantile(0.95)
  return {
    views,
    outcomes,
    ...(hasFlickers && { flickers }),
    ...(p50 !== undefined && p95 !== undefined && { hiddenMs: { p50, p95 } }),
  }
}

function toExperienceResult(
  site: Site,
  { id, slot, kind, variants, choose, when }: SiteExperience,
  { visitors, tallies }: Counted,
): ExperienceResult {
  const groups = new Map(variants.map((variant) => [variant.id, createGroup()]))
  let switched = 0
  for (const visitor of visitors) {
    const part = visitor.parts.get(id)
    const group = part && groups.get(part.variant)
    if (!group) continue
    join(group, visitor, part.at)
    if (part.saw) group.saw++
    if (part.isSwitched) switched++
  }
  const isChosen = !!choose?.some((choice) => !('shadow' in choice && choice.shadow))
  const control = variants.length > 1 ? (variants.find(({ content }) => !content) ?? variants[0])?.id : undefined
  const sampleRatio = isChosen
    ? undefined
    : getSampleRatio(variants.map(({ id: name, weight = 1 }) => ({ count: groups.get(name)!.visitors, weight })))
  const base = control === undefined || isChosen ? undefined : groups.get(control)
  return {
    experience: id,
    slot,
    kind,
    isChosen,
    ...(control !== undefined && { control }),
    variants: variants.map(({ id: variant }): VariantResult => {
      const group = groups.get(variant)!
      return {
        variant,
        saw: group.saw,
        ...toGroupResult(site, group, variant === control ? undefined : base),
        ...toSeen(tallies.get(id)!.get(variant)!, !when),
      }
    }),
    switched,
    ...(sampleRatio && { sampleRatio }),
  }
}

function toHoldoutResult(site: Site, share: number, visitors: readonly Visitor[]): HoldoutResult {
  const heldOut = createGroup()
  const others = createGroup()
  for (const visitor of visitors)
    if (visitor.held) join(visitor.held.isOut ? heldOut : others, visitor, visitor.held.at)
  const sampleRatio = getSampleRatio([
    { count: heldOut.visitors, weight: share },
    { count: others.visitors, weight: 1 - share },
  ])
  return {
    share,
    heldOut: toGroupResult(site, heldOut),
    others: toGroupResult(site, others, heldOut),
    ...(sampleRatio && { sampleRatio }),
  }
}

/** What there is to say about a site's experiences. Pure. */
export function summarise(site: Site, counted: Counted): Results {
  const { visitors, slots, unknown } = counted
  return {
    visitors: visitors.length,
    experiences: site.experiences.map((experience) => toExperienceResult(site, experience, counted)),
    ...(site.holdout && { holdout: toHoldoutResult(site, site.holdout.share, visitors) }),
    slots: [...slots].map(([slot, tally]) => ({ slot, ...toSeen(tally, true) })),
    unknown: [...unknown],
  }
}
