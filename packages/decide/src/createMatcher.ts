import { getOwn, isObject, type Json, type JsonObject } from '@unblink/protocol'
import { comparableVersion } from './comparableVersion.ts'
import type { EvaluateOptions } from './evaluateOptions.ts'
import { getPath } from './getPath.ts'
import { isList } from './isList.ts'

/** How deep conditions may nest, so that no manifest can exhaust the stack of the page. */
const MAX_DEPTH = 32
/** Longer patterns find nothing. */
const MAX_PATTERN = 256

type Matcher = (actual: Json, expected: Json) => boolean
/** Where a list or a number is expected. Whatever else a manifest has there fails as JavaScript does, and that is caught. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Operator = (actual: any, expected: any) => boolean

const lower = (value: Json): Json =>
  typeof value === 'string' ? value.toLowerCase() : isList(value) ? value.map(lower) : value

/** An object of operators. Its first key tells: mixed with other keys it is malformed. */
const isOperators = (value: Json): value is JsonObject => Object.keys(Object(value) as object)[0]?.[0] === '$'

/** An array is in the list when any of its values is. */
const isIn = (actual: Json, list: readonly Json[]): boolean =>
  list.some((value) => (isList(actual) ? actual.includes(value) : actual === value))

/** An invalid pattern throws: it makes the condition malformed. */
const finds = (actual: Json, pattern: Json, flags?: string): boolean =>
  typeof pattern === 'string' && pattern.length <= MAX_PATTERN && new RegExp(pattern, flags).test(actual as string)

/**
 * Makes the function that holds facts (or one element of theirs, in `$elemMatch`) against a condition: every key must hold.
 * What it has read of the facts it remembers, so they must not change.
 * It throws when the condition is malformed or too deep, so that a negation around the fault cannot turn it into a match.
 */
export const createMatcher = (
  facts: Json,
  groups: EvaluateOptions['groups'] = {},
  onUnknown?: EvaluateOptions['onUnknown'],
): Matcher => {
  let depth = 0
  const known = Object.create(null) as Record<string, Json>

  /** Every operator must hold, and every path hold its value. An operator that is not in the table is false. */
  const matches = (actual: Json, condition: Json, operators = LOGIC): boolean => {
    try {
      if (depth++ > MAX_DEPTH || !isObject(condition)) throw Error()
      return Object.keys(condition).every((key) => {
        const expected = condition[key] as Json
        // Rules ask for the same few facts again and again, and taking a path apart is the dearest part of asking.
        if (key[0] !== '$')
          return matchesValue(actual === facts ? (known[key] ??= getPath(actual, key)) : getPath(actual, key), expected)
        const plain = operators[key]
        if (plain) return plain(actual, expected)
        // `v` in front compares versions, as text that sorts as they do; `i` behind lets upper and lower case be equal.
        const read = key[1] === 'v' ? comparableVersion : lower
        const operator = operators[key.replace(/v|i$/, '')]
        if (operator) return operator(read(actual), read(expected))
        onUnknown?.(key)
        return false
      })
    } finally {
      depth--
    }
  }

  /** One value against what a condition says of it: an object of operators, or a value to equal. */
  const matchesValue: Matcher = (actual, expected) => {
    // Text, numbers and booleans are compared with what any value converts to: 5 equals '5', and a missing number 0.
    if (typeof expected === 'string') return `${actual as string}` === expected
    if (typeof expected === 'number') return +(actual as number) === expected
    if (typeof expected === 'boolean') return actual !== null && !!actual === expected
    return isOperators(expected)
      ? matches(actual, expected, OPERATORS)
      : JSON.stringify(actual) === JSON.stringify(expected)
  }

  const LOGIC: Record<string, Operator> = {
    $and: (actual: Json, list: Json[]) => list.every((inner) => matches(actual, inner)),
    $or: (actual: Json, list: Json[]) => list.some((inner) => matches(actual, inner)) || !list.length,
    $nor: (actual: Json, list: Json[]) => !LOGIC.$or!(actual, list),
    $not: (actual: Json, inner: Json) => !matches(actual, inner),
  }

  // In the order that compresses best.
  const OPERATORS: Record<string, Operator> = {
    $eq: (actual, expected) => actual === expected,
    $exists: (actual, expected) => (actual !== null) === !!expected,
    $notInGroup: (actual: Json, name: Json) => !OPERATORS.$inGroup!(actual, name),
    $ne: (actual, expected) => actual !== expected,
    $type: (actual: Json, expected) =>
      (actual === null ? 'null' : isList(actual) ? 'array' : typeof actual) === expected,
    $regexi: (actual: Json, expected: Json) => finds(actual, expected, 'i'),
    $not: (actual: Json, inner: Json) => !matchesValue(actual, inner),
    $nin: (actual: Json, list: Json[]) => !isIn(actual, list),
    $lt: (actual, expected) => actual < expected,
    $elemMatch: (actual: Json, inner: Json) =>
      isList(actual) && actual.some((a) => a !== null && (isOperators(inner) ? matchesValue : matches)(a, inner)),
    $lte: (actual, expected) => actual <= expected,
    $size: (actual: Json, inner: Json) => isList(actual) && matchesValue(actual.length, inner),
    $all: (actual: Json, list: Json[]) => isList(actual) && list.every((e) => actual.some((a) => matchesValue(a, e))),
    $gte: (actual, expected) => actual >= expected,
    // A group that does not exist is an empty list.
    $inGroup: (actual: Json, name: string) => isIn(actual, (getOwn(groups, name) ?? []) as Json[]),
    $in: isIn,
    $gt: (actual, expected) => actual > expected,
    $regex: finds,
  }

  return matches
}
