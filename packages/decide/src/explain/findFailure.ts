import type { Attributes, Condition, Json } from '@unblink/protocol'
import { isObject } from '@unblink/protocol'
import { evaluate } from '../evaluate.ts'
import type { EvaluateOptions } from '../evaluateOptions.ts'
import { getPath } from '../getPath.ts'
import { quote } from './quote.ts'

/** The first part of a condition, in its own order, that does not hold. */
export interface Failure {
  /** Where it stands in the condition: `['$and', 1, 'visits.count', '$gte']`. */
  readonly at: readonly (string | number)[]
  /** The attribute's path, where one was asked for. */
  readonly path?: string
  readonly expected: Json
  /** What the attributes hold there; null when it is missing. */
  readonly actual?: Json
  readonly sentence: string
}

const isOperators = (value: Json): value is Condition =>
  isObject(value) && Object.keys(value).length > 0 && Object.keys(value).every((key) => key[0] === '$')

/** What does not hold of one attribute: the operator that fails, or the value that it does not equal. */
const findOperator = (path: string, expected: Json, attributes: Attributes, options: EvaluateOptions): Failure => {
  const actual = getPath(attributes, path)
  const operators = isOperators(expected) ? Object.entries(expected) : []
  let unknown = ''
  const onUnknown = (name: string) => {
    unknown = `; ${name} is no operator of this version`
    options.onUnknown?.(name)
  }
  const failing = operators.find(([name, operand]) => {
    unknown = ''
    return !evaluate({ [path]: { [name]: operand } }, attributes, { ...options, onUnknown })
  })
  const is = `${path} is ${actual === null ? 'missing' : quote(actual)}`
  return failing
    ? {
        at: [path, failing[0]],
        path,
        expected: failing[1],
        actual,
        sentence: `${is}, asked for ${failing[0]} ${quote(failing[1])}${unknown}`,
      }
    : { at: [path], path, expected, actual, sentence: `${is}, asked for ${quote(expected)}` }
}

/**
 * Why attributes do not meet a condition: its first part that does not hold, as deep as one part can be blamed. Undefined
 * when they do meet it. The work is at most the condition's size times that of one evaluation.
 */
export const findFailure = (
  condition: Condition,
  attributes: Attributes,
  options: EvaluateOptions = {},
): Failure | undefined => {
  const holds = (inner: Condition) => evaluate(inner, attributes, options)
  const failing = Object.entries(condition).find(([key, value]) => !holds({ [key]: value }))
  if (!failing) {
    const sentence = 'the condition is malformed, or nested too deep'
    return holds(condition) ? undefined : { at: [], expected: condition, sentence }
  }
  const [key, expected] = failing
  if (key[0] !== '$') return findOperator(key, expected, attributes, options)
  const list = Array.isArray(expected) ? (expected as Condition[]) : []
  if (key === '$and') {
    const index = list.findIndex((inner) => !isObject(inner) || !holds(inner))
    const inner = isObject(list[index]) && findFailure(list[index], attributes, options)
    if (inner) return { ...inner, at: ['$and', index, ...inner.at] }
  }
  if (key === '$nor') {
    const index = list.findIndex((inner) => isObject(inner) && holds(inner))
    if (index >= 0) {
      const sentence = `alternative ${index + 1} of $nor holds, and must not`
      return { at: ['$nor', index], expected: list[index]!, sentence }
    }
  }
  if (key === '$or' && list.length > 0 && list.every(isObject)) {
    const reasons = list.map((inner) => findFailure(inner, attributes, options)?.sentence ?? '')
    return { at: ['$or'], expected, sentence: `no alternative of $or holds: ${reasons.join('; ')}` }
  }
  if (key === '$not' && isObject(expected) && holds(expected)) {
    return { at: ['$not'], expected, sentence: 'the condition inside $not holds, and must not' }
  }
  const isLogic = ['$and', '$or', '$nor', '$not'].includes(key)
  const sentence = isLogic ? `what ${key} was given is malformed` : `${key} is no operator that can stand here`
  return { at: [key], expected, sentence }
}
