import type { Trigger } from '@unblink/protocol'
import { getWatched } from '../profile/derived/getWatched.ts'
import { findConditionProblems, type ConditionRules } from './findConditionProblems.ts'
import { findWebhookProblems } from './findWebhookProblems.ts'
import { getClosest } from './getClosest.ts'
import type { Problem } from './problem.ts'
import type { WrittenExperience, WrittenSite } from './nameAudiences.ts'

type Path = readonly PropertyKey[]

/** Members that the server itself works out; the rest of a profile's attributes are the site's own. */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  visits: ['count', 'daysSinceLast'],
  views: ['count'],
}

/** What to say of an id that is none of those there are. */
function tellUnknown(what: string, id: string, known: readonly string[]): string | undefined {
  if (known.includes(id)) return undefined
  const closest = getClosest(id, known)
  if (closest) return `there is no ${what} "${id}"; did you mean "${closest}"?`
  return `there is no ${what} "${id}"; ${known.length > 0 ? `there are: ${known.join(', ')}` : 'the site declares none'}`
}

/** Everything in a well-formed site that names something which is not there, and every fault in its conditions. */
export function findBrokenReferences(site: WrittenSite): Problem[] {
  const problems: Problem[] = []
  const slots = Object.keys(site.slots)
  const audiences = Object.keys(site.audiences)
  const categories = Object.keys(site.categories)
  const intents = categories.filter((id) => site.categories[id]?.intent)
  const watched = getWatched(site).map(({ name }) => name)

  const report = (path: Path, message: string | undefined) => {
    if (message !== undefined) problems.push({ path, message })
  }

  const checkPath = (attribute: string): string | undefined => {
    const [root = '', member] = attribute.split('.')
    if (root === 'audiences')
      return 'a condition cannot ask for audiences; write their conditions here, joined by $and or $or'
    if (member === undefined) return undefined
    if (root === 'intent') return tellUnknown('category with intent: true', member, ['primary', 'ranked', ...intents])
    if (root === 'goals') return tellUnknown('goal', member, Object.keys(site.goals))
    return Object.hasOwn(DERIVED, root) ? tellUnknown(`attribute ${root}.*`, member, DERIVED[root]!) : undefined
  }

  const rules: ConditionRules = {
    groups: Object.keys(site.groups),
    ownOperators: Object.keys(site.operators).map((name) => `$${name}`),
    checkPath,
    checkValue: (attribute, value) => {
      if (/^intent\.(primary|ranked)(\.\d+)?$/.test(attribute))
        return tellUnknown('category with intent: true', String(value), intents)
      // Unless the site has made the name its own.
      return attribute === 'drifting' && !Object.hasOwn(site.attributes, attribute)
        ? tellUnknown('attribute made of values', String(value), watched)
        : undefined
    },
  }

  const checkTrigger = (trigger: Trigger, path: Path) => {
    if ('categoryViews' in trigger) {
      const { category } = trigger.categoryViews
      report([...path, 'categoryViews', 'category'], tellUnknown('category', category, categories))
    }
  }

  const checkChoices = ({ choose = [] }: WrittenExperience, path: Path) => {
    choose.forEach((choice, index) => {
      const at = [...path, 'choose', index]
      if ('model' in choice)
        return report([...at, 'model'], tellUnknown('model', choice.model, Object.keys(site.models)))
      const { goal, contexts } = choice.bandit
      report([...at, 'bandit', 'goal'], tellUnknown('goal', goal, Object.keys(site.goals)))
      contexts.forEach((one, place) =>
        report([...at, 'bandit', 'contexts', place], tellUnknown('audience', one, audiences)),
      )
    })
    if (choose.filter((choice) => 'bandit' in choice).length > 1)
      report([...path, 'choose'], 'there are two bandits, and the first always knows; keep one')
  }

  const checkRanks = ({ rankBy = {}, variants }: WrittenExperience, path: Path) => {
    for (const [id, paths] of Object.entries(rankBy)) {
      const at = [...path, 'rankBy', id]
      const variant = variants.find((one) => one.id === id)
      if (!variant) {
        const known = variants.map((one) => one.id)
        report(at, tellUnknown('variant', id, known))
      } else if (!variant.rotation) report(at, `variant "${id}" does not rotate, so it has nothing to order; remove it`)
      else if (paths.length > variant.rotation.contents.length + 1) {
        const contents = variant.rotation.contents.length + 1
        report(at, `${paths.length} paths for ${contents} contents; name one path for each content, in their order`)
      }
      paths.forEach((one, index) => report([...at, index], checkPath(one)))
    }
  }

  for (const [id, condition] of Object.entries(site.audiences)) {
    problems.push(...findConditionProblems(condition, ['audiences', id], rules))
  }
  site.experiences.forEach((experience, index) => {
    const { slot, audience, suppress, when } = experience
    const at = ['experiences', index]
    report([...at, 'slot'], tellUnknown('slot', slot, slots))
    if (typeof audience === 'string') report([...at, 'audience'], tellUnknown('audience', audience, audiences))
    else if (audience) problems.push(...findConditionProblems(audience, [...at, 'audience'], rules))
    if (typeof suppress === 'string') report([...at, 'suppress'], tellUnknown('audience', suppress, audiences))
    else if (suppress) problems.push(...findConditionProblems(suppress, [...at, 'suppress'], rules))
    if (typeof audience === 'string' && suppress === audience) {
      report([...at, 'suppress'], `"${audience}" is also its audience, so nobody is left; name another`)
    }
    if (Array.isArray(when)) when.forEach((one: Trigger, place) => checkTrigger(one, [...at, 'when', place]))
    else if (when) checkTrigger(when as Trigger, [...at, 'when'])
    checkRanks(experience, at)
    checkChoices(experience, at)
  })
  for (const id of ['primary', 'ranked']) {
    if (!Object.hasOwn(site.categories, id)) continue
    report(['categories', id], `"intent.${id}" has a meaning of its own; rename this category`)
  }
  for (const [name, { features }] of Object.entries(site.models))
    features.forEach((feature, index) =>
      report(['models', name, 'features', index], checkPath(typeof feature === 'string' ? feature : feature.path)),
    )
  site.expose.forEach((attribute, index) => report(['expose', index], checkPath(attribute)))
  problems.push(...findWebhookProblems(site, { tellUnknown, checkPath, rules }))
  return problems
}
