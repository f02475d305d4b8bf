import { getOwn, isObject, type Attributes, type Condition, type Json } from '@unblink/protocol'
import type { CustomOperator } from './site.ts'

/** What every value meets, and none does. */
const ALWAYS = { $nin: [] }
const NEVER = { $in: [] }

const readPath = (attributes: Attributes, path: string): Json => {
  let value: unknown = attributes
  for (const step of path.split('.')) value = typeof value === 'object' && value ? getOwn(value, step) : undefined
  // Attributes hold Json only, and a missing one is null as in the condition language.
  return (value ?? null) as Json
}

/**
 * The same condition for these attributes, with every operator of the site's own replaced by what it answers: so the
 * decision engine stays the same in page and server and as small as it is. An operator that throws is false; `onThrow`
 * hears of it.
 */
export function resolveOperators(
  condition: Condition,
  attributes: Attributes,
  operators: Readonly<Record<string, CustomOperator>>,
  onThrow: (operator: string, error: unknown) => void,
): Condition {
  const holds = (name: string, actual: Json, expected: Json): boolean => {
    try {
      return operators[name]!(actual, expected) === true
    } catch (error) {
      onThrow(name, error)
      return false
    }
  }

  const resolveOperand = (operand: Json, actual: Json): Json => {
    if (!isObject(operand)) return operand
    const resolved: Record<string, Json> = {}
    for (const [key, expected] of Object.entries(operand as Record<string, Json>)) {
      if (!Object.hasOwn(operators, key.slice(1)) || !key.startsWith('$')) {
        const inner = key === '$size' ? (Array.isArray(actual) ? actual.length : null) : actual
        resolved[key] = key === '$not' || key === '$size' ? resolveOperand(expected, inner) : expected
      } else if (holds(key.slice(1), actual, expected)) resolved['$nin'] ??= ALWAYS.$nin
      else return NEVER
    }
    return resolved
  }

  const resolve = (inner: Condition): Condition =>
    Object.fromEntries(
      Object.entries(inner).map(([key, value]): [string, Json] => {
        if (key === '$not') return [key, resolve(value as Condition)]
        if (key.startsWith('$')) return [key, (value as readonly Condition[]).map(resolve)]
        return [key, resolveOperand(value, readPath(attributes, key))]
      }),
    )

  return resolve(condition)
}
