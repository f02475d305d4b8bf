import { evaluate } from '@unblink/decide'
import { isObject } from '@unblink/protocol'
import { getClosest } from './getClosest.ts'
import type { Site } from './site.ts'

export interface Problem {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

type Path = readonly PropertyKey[]

/** Members that the server itself works out; the rest of a profile's attributes are the site's own. */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  visits: ['count', 'daysSinceLast'],
  views: ['count'],
}
/** Operators that compare with their operand's own strings. */
const COMPARING = ['$eq', '$ne', '$in', '$nin', '$all']

const isOperators = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && Object.keys(value).length > 0 && Object.keys(value).every((key) => key.startsWith('$'))

/** The decision engine knows its operators; asking it keeps one list of them. */
function isKnownOperator(condition: Record<string, null | Record<string, null>>): boolean {
  let isKnown = true
  evaluate(condition, {}, { onUnknown: () => (isKnown = false) })
  return isKnown
}

/** Everything in a well-formed site that names something which is not there. */
export function findBrokenReferences(site: Site): Problem[] {
  const problems: Problem[] = []
  const intents = Object.keys(site.categories).filter((id) => site.categories[id]?.intent)

  const expectOneOf = (what: string, id: string, known: readonly string[], path: Path) => {
    if (known.includes(id)) return
    const closest = getClosest(id, known)
    const remedy = closest
      ? `did you mean "${closest}"?`
      : known.length > 0
        ? `there are: ${known.join(', ')}`
        : `the site declares none`
    problems.push({ path, message: `there is no ${what} "${id}"; ${remedy}` })
  }

  const checkAttribute = (attribute: string, path: Path) => {
    const [root = '', member] = attribute.split('.')
    if (member === undefined) return
    if (root === 'intent') expectOneOf('category with intent: true', member, ['primary', 'ranked', ...intents], path)
    if (root === 'goals') expectOneOf('goal', member, Object.keys(site.goals), path)
    const members = Object.hasOwn(DERIVED, root) ? DERIVED[root] : undefined
    if (members) expectOneOf(`attribute ${root}.*`, member, members, path)
  }

  /** What a condition says of one attribute. */
  const checkOperand = (attribute: string, operand: unknown, path: Path): void => {
    const checkString = (value: unknown, at: Path) => {
      if (typeof value !== 'string') return
      if (/^intent\.(primary|ranked)(\.\d+)?$/.test(attribute))
        expectOneOf('category with intent: true', value, intents, at)
    }
    if (!isOperators(operand)) return checkString(operand, path)
    for (const [operator, value] of Object.entries(operand)) {
      const at = [...path, operator]
      if (!isKnownOperator({ x: { [operator]: null } })) {
        problems.push({
          path: at,
          message: `"${operator}" is not an operator; see the condition language for the list`,
        })
      } else if (['$not', '$elemMatch', '$size'].includes(operator)) checkOperand(attribute, value, at)
      else if (COMPARING.includes(operator)) {
        if (Array.isArray(value)) value.forEach((item, index) => checkString(item, [...at, index]))
        else checkString(value, at)
      } else if (/^\$regexi?$/.test(operator)) checkPattern(value, at)
    }
  }

  const checkPattern = (pattern: unknown, path: Path) => {
    try {
      if (typeof pattern === 'string' && pattern.length <= 256 && new RegExp(pattern)) return
    } catch {
      // Falls through: an invalid pattern is the problem being reported.
    }
    problems.push({ path, message: 'expected a regular expression of at most 256 characters, as a string' })
  }

  const checkCondition = (condition: unknown, path: Path): void => {
    if (!isObject(condition)) {
      problems.push({ path, message: 'expected a condition, an object like { "visits.count": { "$gte": 2 } }' })
      return
    }
    for (const [key, value] of Object.entries(condition)) {
      const at = [...path, key]
      if (['$and', '$or', '$nor'].includes(key)) {
        if (Array.isArray(value)) value.forEach((inner, index) => checkCondition(inner, [...at, index]))
        else problems.push({ path: at, message: 'expected a list of conditions' })
      } else if (key === '$not') checkCondition(value, at)
      else if (key.startsWith('$')) {
        problems.push({ path: at, message: `"${key}" cannot stand here; use $and, $or, $nor, $not or an attribute` })
      } else {
        checkAttribute(key, at)
        checkOperand(key, value, at)
      }
    }
  }

  for (const [id, condition] of Object.entries(site.audiences)) checkCondition(condition, ['audiences', id])
  site.experiences.forEach(({ slot, audience }, index) => {
    expectOneOf('slot', slot, Object.keys(site.slots), ['experiences', index, 'slot'])
    if (audience !== undefined) {
      expectOneOf('audience', audience, Object.keys(site.audiences), ['experiences', index, 'audience'])
    }
  })
  for (const id of ['primary', 'ranked']) {
    if (!Object.hasOwn(site.categories, id)) continue
    problems.push({
      path: ['categories', id],
      message: `"intent.${id}" has a meaning of its own; rename this category`,
    })
  }
  site.expose.forEach((attribute, index) => checkAttribute(attribute, ['expose', index]))
  return problems
}
