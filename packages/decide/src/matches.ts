import { getOwn, type Json, type JsonObject } from '@unblink/protocol'
import { comparableVersion } from './comparableVersion.ts'
import { deeper } from './deeper.ts'
import { getPath } from './getPath.ts'
import { isContainer } from './isContainer.ts'
import { isList } from './isList.ts'
import { isSame } from './isSame.ts'
import type { Scope } from './scope.ts'

type Fold = (value: Json) => Json
type Operator = (actual: Json, expected: Json, scope: Scope) => boolean

const MAX_REGEX = 256

const exact: Fold = (value) => value
const lower: Fold = (value) => (typeof value === 'string' ? value.toLowerCase() : value)

const isOperators = (value: Json): value is JsonObject => {
  const keys = Object.keys(Object(value) as object)
  return !!keys[0] && keys.every((key) => key[0] === '$')
}

/** An array is in the list when any of its values is. */
const isIn = (actual: Json, list: readonly Json[], fold = exact) =>
  (isList(actual) ? actual : [actual]).some((a) => list.some((e) => fold(a) === fold(e)))

/** A group that does not exist is an empty list. */
const getGroup = (name: Json, { groups = {} }: Scope) => (getOwn(groups, name as string) ?? []) as readonly Json[]

const hasAll = (actual: Json, expected: Json, scope: Scope, fold = exact) =>
  isList(actual) &&
  isList(expected) &&
  expected.every((e) => actual.some((a) => matchesValue(a, e, deeper(scope), fold)))

const finds = (actual: Json, expected: Json, flags?: string) => {
  try {
    return (
      typeof expected === 'string' && expected.length <= MAX_REGEX && new RegExp(expected, flags).test(actual as string)
    )
  } catch {
    return false // an invalid pattern finds nothing
  }
}

// `as number`: values of any type are compared as JavaScript does it, but TypeScript lets `<` have numbers only.
const COMPARE: Record<string, Operator> = {
  $eq: (actual, expected) => actual === expected,
  $ne: (actual, expected) => actual !== expected,
  $lt: (actual, expected) => (actual as number) < (expected as number),
  $lte: (actual, expected) => (actual as number) <= (expected as number),
  $gt: (actual, expected) => (actual as number) > (expected as number),
  $gte: (actual, expected) => (actual as number) >= (expected as number),
}

const OPERATORS: Record<string, Operator> = {
  ...COMPARE,
  $exists: (actual, expected) => (actual !== null) === !!expected,
  $type: (actual, expected) => (actual === null ? 'null' : isList(actual) ? 'array' : typeof actual) === expected,
  $regex: (actual, expected) => finds(actual, expected),
  $regexi: (actual, expected) => finds(actual, expected, 'i'),
  $in: (actual, expected) => isList(expected) && isIn(actual, expected),
  $nin: (actual, expected) => isList(expected) && !isIn(actual, expected),
  $ini: (actual, expected) => isList(expected) && isIn(actual, expected, lower),
  $nini: (actual, expected) => isList(expected) && !isIn(actual, expected, lower),
  $inGroup: (actual, expected, scope) => isIn(actual, getGroup(expected, scope)),
  $notInGroup: (actual, expected, scope) => !isIn(actual, getGroup(expected, scope)),
  $all: (actual, expected, scope) => hasAll(actual, expected, scope),
  $alli: (actual, expected, scope) => hasAll(actual, expected, scope, lower),
  $not: (actual, expected, scope) => !matchesValue(actual, expected, deeper(scope)),
  $size: (actual, expected, scope) => isList(actual) && matchesValue(actual.length, expected, deeper(scope)),
  $elemMatch: (actual, expected, scope) =>
    isList(actual) &&
    actual.some((a) => a !== null && (isOperators(expected) ? matchesValue : matches)(a, expected, deeper(scope))),
}

const isUnknown = (operator: string, { onUnknown }: Scope) => {
  onUnknown?.(operator)
  return false
}

/** One value against what a condition says of it: an object of operators, or a value to equal. */
const matchesValue = (actual: Json, expected: Json, scope: Scope, fold = exact): boolean => {
  // Text, numbers and booleans are compared with what any value converts to: 5 equals '5', and a missing number 0.
  if (typeof expected === 'string') return fold(`${actual as string}`) === fold(expected)
  if (typeof expected === 'number') return Number(actual) === expected
  if (typeof expected === 'boolean') return actual !== null && !!actual === expected
  if (!isOperators(expected)) return isSame(actual, expected)
  return Object.entries(expected).every(([key, value]) => {
    // A version operator is the plain one of the same name on text that sorts as versions do.
    const isVersion = key[1] === 'v'
    const read = isVersion ? comparableVersion : exact
    const operator = isVersion ? COMPARE[key.replace('v', '')] : OPERATORS[key]
    return operator ? operator(read(actual), read(value), scope) : isUnknown(key, scope)
  })
}

/**
 * Attributes (or one element, in `$elemMatch`) against a condition: every key must hold. Throws when the condition is
 * malformed or too deep, so that a negation around the fault cannot turn it into a match.
 */
export const matches = (attributes: Json, condition: Json, scope: Scope): boolean => {
  if (!isContainer(condition) || isList(condition)) throw Error()
  return Object.entries(condition).every(([key, expected]) => {
    // Well-formed conditions have a list here; whatever else it is has no `every` or `some`, and throws.
    const list = expected as readonly Json[]
    const holds = (inner: Json) => matches(attributes, inner, deeper(scope))
    const isAny = () => list.some(holds) || !list.length
    if (key === '$and') return list.every(holds)
    if (key === '$or') return isAny()
    if (key === '$nor') return !isAny()
    if (key === '$not') return !holds(expected)
    if (key[0] === '$') return isUnknown(key, scope)
    return matchesValue(getPath(attributes, key), expected, scope)
  })
}
