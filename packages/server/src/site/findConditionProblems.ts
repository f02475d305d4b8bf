import { isObject } from '@unblink/protocol'
import { getClosest } from './getClosest.ts'
import { getMeantOperator, isKnownOperator } from './operators.ts'
import type { Problem } from './problem.ts'
import { isOperators } from './readCondition.ts'

/** As deep as the decision engine goes. */
const MAX_DEPTH = 32
const MAX_PATTERN = 256

const LOGIC = ['$and', '$or', '$nor', '$not']
/** Operators that compare with their operand's own values. */
const COMPARING = ['$eq', '$ne', '$in', '$nin', '$all', '$ini', '$nini', '$alli']
const TYPES = ['string', 'number', 'boolean', 'array', 'object', 'null']

type Path = readonly PropertyKey[]

export interface ConditionRules {
  readonly groups: readonly string[]
  /** The site's own operators, with the $; undefined where they cannot stand. */
  readonly ownOperators: readonly string[]
  /** What is wrong with an attribute's path. */
  readonly checkPath: (path: string) => string | undefined
  /** What is wrong with a value that an attribute is compared with. */
  readonly checkValue: (path: string, value: unknown) => string | undefined
}

/** Everything in a condition that the decision engine would count as false, whole or in part, without a word. */
export function findConditionProblems(condition: unknown, at: Path, rules: ConditionRules): Problem[] {
  const problems: Problem[] = []
  const report = (path: Path, message: string) => void problems.push({ path, message })

  const checkPattern = (pattern: unknown, path: Path) => {
    const what = 'expected a regular expression of at most 256 characters, as a string'
    if (typeof pattern !== 'string') return report(path, what)
    if (pattern.length > MAX_PATTERN)
      return report(path, `${what}; got ${pattern.length} characters, which never match`)
    try {
      new RegExp(pattern)
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : ''
      report(path, `${what}; this one does not compile: ${reason}`)
    }
  }

  const checkGroup = (name: unknown, path: Path) => {
    if (typeof name !== 'string') return report(path, 'expected the id of a group, as a string')
    if (rules.groups.includes(name)) return
    const closest = getClosest(name, rules.groups)
    const remedy = closest ? `did you mean "${closest}"?` : 'declare it under `groups`'
    report(path, `there is no group "${name}"; ${remedy}`)
  }

  /** What an operator is given; whatever the engine would call malformed. */
  const checkArgument = (
    attribute: string,
    operator: string,
    value: unknown,
    path: Path,
    depth: number,
    isInner: boolean,
  ): void => {
    const plain = operator.replace(/^\$v|i$/g, (sign) => (sign === 'i' ? '' : '$'))
    if (['$in', '$nin', '$all'].includes(plain) && !Array.isArray(value)) {
      return report(path, `expected a list of values, got ${JSON.stringify(value)}; write [${JSON.stringify(value)}]`)
    }
    if (['$gt', '$gte', '$lt', '$lte'].includes(plain) && typeof value !== 'number' && typeof value !== 'string') {
      return report(path, `expected a number or text to compare with, got ${JSON.stringify(value)}`)
    }
    if (operator === '$exists' && typeof value !== 'boolean') return report(path, 'expected true or false')
    if (operator === '$type' && !TYPES.includes(value as string)) {
      const closest = typeof value === 'string' ? getClosest(value, TYPES) : undefined
      return report(path, `expected one of ${TYPES.join(', ')}${closest ? `; did you mean "${closest}"?` : ''}`)
    }
    if (operator === '$inGroup' || operator === '$notInGroup') return checkGroup(value, path)
    if (operator === '$regex' || operator === '$regexi') return checkPattern(value, path)
    if (operator === '$not' || operator === '$size') return checkOperand(attribute, value, path, depth + 1, isInner)
    if (operator === '$elemMatch') {
      if (isOperators(value)) checkOperand(attribute, value, path, depth + 1, true)
      else checkCondition(value, path, depth + 1, true)
      return
    }
    if (!COMPARING.includes(operator)) return
    const values = Array.isArray(value) ? value : [value]
    values.forEach((item: unknown, index) => {
      if (plain === '$all' && isOperators(item)) checkOperand(attribute, item, [...path, index], depth + 1, true)
      const message = typeof item === 'string' ? rules.checkValue(attribute, item) : undefined
      if (message) report(Array.isArray(value) ? [...path, index] : path, message)
    })
  }

  const checkOperator = (
    attribute: string,
    name: string,
    value: unknown,
    at: Path,
    depth: number,
    isInner: boolean,
  ) => {
    const own = rules.ownOperators.includes(name)
    if (own && isInner) {
      return report(at, `"${name}" is the site’s own operator, and cannot stand inside $elemMatch or $all`)
    }
    if (own) return
    if (!isKnownOperator(name)) {
      if (LOGIC.includes(name)) {
        return report(
          at,
          `"${name}" joins whole conditions; put it around them: { "${name}": [{ "${attribute}": … }] }`,
        )
      }
      const meant = getMeantOperator(name, rules.ownOperators)
      const remedy = meant ? `did you mean "${meant}"?` : 'see the condition language for the list'
      return report(at, `"${name}" is not an operator; ${remedy}`)
    }
    checkArgument(attribute, name, value, at, depth, isInner)
  }

  /** What a condition says of one attribute. */
  const checkOperand = (attribute: string, operand: unknown, path: Path, depth: number, isInner: boolean): void => {
    if (depth > MAX_DEPTH)
      return report(at, `nested deeper than ${MAX_DEPTH} levels, so it is always false; make it flatter`)
    if (!isObject(operand)) {
      const message = typeof operand === 'string' ? rules.checkValue(attribute, operand) : undefined
      return message === undefined ? undefined : report(path, message)
    }
    const entries = Object.entries(operand)
    const operators = entries.filter(([name]) => name.startsWith('$'))
    if (entries.length === 0)
      return report(path, 'an empty object says nothing; write an operator, like { "$exists": true }')
    if (operators.length === 0) {
      const nested = entries.find(([, value]) => isOperators(value))?.[0]
      if (nested) report(path, `attributes are named by dotted paths; write "${attribute}.${nested}" as one`)
      return
    }
    if (operators.length < entries.length) {
      const other = entries.find(([name]) => !name.startsWith('$'))![0]
      return report([...path, other], `"${other}" stands among operators; is its $ missing?`)
    }
    for (const [name, value] of operators) checkOperator(attribute, name, value, [...path, name], depth, isInner)
  }

  const checkCondition = (value: unknown, path: Path, depth: number, isInner = false): void => {
    if (depth > MAX_DEPTH)
      return report(at, `nested deeper than ${MAX_DEPTH} levels, so it is always false; make it flatter`)
    if (!isObject(value)) return report(path, 'expected a condition, an object like { "visits.count": { "$gte": 2 } }')
    for (const [key, member] of Object.entries(value)) {
      const inner = [...path, key]
      if (key === '$not') checkCondition(member, inner, depth + 1, isInner)
      else if (LOGIC.includes(key)) {
        if (Array.isArray(member))
          member.forEach((one, index) => checkCondition(one, [...inner, index], depth + 1, isInner))
        else report(inner, `expected a list of conditions: [${JSON.stringify(member).slice(0, 60)}]`)
      } else if (key.startsWith('$')) {
        const closest = getClosest(key, LOGIC)
        const remedy = closest ? `did you mean "${closest}"?` : 'use $and, $or, $nor, $not or an attribute'
        report(inner, `"${key}" cannot stand here; ${remedy}`)
      } else {
        // Inside $elemMatch these are members of the element.
        const message = isInner ? undefined : rules.checkPath(key)
        if (message) report(inner, message)
        checkOperand(key, member, inner, depth + 1, isInner)
      }
    }
  }

  checkCondition(condition, at, 0)
  return problems.filter(
    ({ path, message }, index) =>
      index === problems.findIndex((other) => other.message === message && other.path.join('\n') === path.join('\n')),
  )
}
