import type { Condition, Experience } from '@unblink/protocol'
import { canBothHold } from './canBothHold.ts'
import { holdsMany } from './holdsMany.ts'
import type { InlineAudiences } from './nameAudiences.ts'
import type { Problem } from './problem.ts'
import type { Site } from './site.ts'

const getCondition = (site: Site, { audience }: Experience): Condition =>
  audience === undefined ? {} : (site.audiences[audience] ?? {})

/** Whether whoever meets `narrow` also meets `wide`: each part of the one is a part of the other. */
const isWithin = (narrow: Condition, wide: Condition): boolean =>
  Object.entries(wide).every(([key, value]) => JSON.stringify(narrow[key]) === JSON.stringify(value))

/** Whether it takes everyone of its audience, always: nothing of it leaves a visitor to the next. */
const isUnconditional = ({ schedule, cap, when, suppress, namespace, coverage = 1 }: Experience): boolean =>
  !schedule && !cap && !when && !suppress && !namespace && coverage >= 1

/** Whether a visitor without an id can get it: not without a bucket. */
const needsVisitor = ({ variants, coverage = 1, namespace }: Experience): boolean =>
  variants.length > 1 || coverage < 1 || namespace !== undefined

const isBefore = (one: Experience, other: Experience, order: number): boolean => {
  const [a, b] = [one.priority ?? 0, other.priority ?? 0]
  return a > b || (a === b && order < 0)
}

/** Whether chance or time already keeps the two apart. */
function isKeptApart(a: Experience, b: Experience): boolean {
  if (a.namespace && b.namespace?.id === a.namespace.id) {
    if (a.namespace.range[1] <= b.namespace.range[0] || b.namespace.range[1] <= a.namespace.range[0]) return true
  }
  const ends = (one: Experience, other: Experience) =>
    (one.schedule?.to ?? Infinity) <= (other.schedule?.from ?? -Infinity)
  // One that waits for a trigger does not meet, on arrival, one that does not.
  return ends(a, b) || ends(b, a) || !a.when !== !b.when
}

/** Experiences of one slot that never get a turn, or whose order nobody has said. */
export function findRivalries(site: Site, inline: InlineAudiences = new Map()): Problem[] {
  const problems: Problem[] = []
  const { experiences } = site
  const describe = ({ id, audience = '' }: Experience) =>
    inline.has(audience) ? `the audience of "${id}"` : `"${audience}"`

  experiences.forEach((experience, index) => {
    const rivals = experiences
      .map((one, at) => ({ one, at }))
      .filter(({ one, at }) => at !== index && one.slot === experience.slot)
    const winner = rivals.find(
      ({ one, at }) =>
        isBefore(one, experience, at - index) &&
        isUnconditional(one) &&
        (!needsVisitor(one) || needsVisitor(experience)) &&
        isWithin(getCondition(site, experience), getCondition(site, one)),
    )
    if (winner) {
      const why = (winner.one.priority ?? 0) > (experience.priority ?? 0) ? 'has a higher priority' : 'comes earlier'
      problems.push({
        path: ['experiences', index],
        message: `"${experience.id}" can never be shown: "${winner.one.id}" ${why} on the slot "${experience.slot}" and takes everyone of its audience; give "${experience.id}" a higher priority, or "${winner.one.id}" a narrower audience`,
      })
      return
    }
    const equal = rivals.find(
      ({ one, at }) =>
        at < index &&
        (one.priority ?? 0) === (experience.priority ?? 0) &&
        one.audience !== undefined &&
        experience.audience !== undefined &&
        one.audience !== experience.audience &&
        !isKeptApart(one, experience) &&
        canBothHold(getCondition(site, one), getCondition(site, experience), (path) => holdsMany(site, path)),
    )
    if (!equal) return
    problems.push({
      path: ['experiences', index, 'priority'],
      message: `a visitor can be in both ${describe(equal.one)} and ${describe(experience)}, and "${equal.one.id}" and "${experience.id}" have the same priority on the slot "${experience.slot}"; the earlier in the list wins, so give them different priorities to say which`,
    })
  })
  return problems
}
