import { isObject, type Condition } from '@unblink/protocol'
import { isOperators } from './readCondition.ts'

type Operand = unknown

interface Values {
  readonly values: readonly unknown[]
  /** Compared as they are. A plain value is compared with what the attribute's converts to: 0 also meets a missing one. */
  readonly isStrict: boolean
}

/** The values of which an operand takes one; undefined when it is not told so. */
function getValues(operand: Operand): Values | undefined {
  if (!isObject(operand)) {
    if (Array.isArray(operand)) return undefined
    return {
      values: [operand],
      isStrict: typeof operand === 'string' && /[a-z]/i.test(operand) && !/^(null|true|false)$/.test(operand),
    }
  }
  if (!isOperators(operand)) return undefined
  if ('$eq' in operand) return { values: [operand['$eq']], isStrict: true }
  return Array.isArray(operand['$in']) ? { values: operand['$in'] as unknown[], isStrict: true } : undefined
}

const convertsTo = (a: unknown, b: unknown): boolean => Number(a) === Number(b) || String(a) === String(b) || !a === !b

/** Whether one value can be among both. */
function canShare(a: Values, b: Values): boolean {
  const isSame = a.isStrict && b.isStrict ? Object.is : convertsTo
  return a.values.some((value) => b.values.some((other) => isSame(value, other)))
}

const getNumber = (operand: Operand, names: readonly string[], otherwise: number): number => {
  if (typeof operand === 'number') return operand
  if (!isObject(operand)) return otherwise
  const found = ['$eq', ...names].map((name) => operand[name]).find((value) => typeof value === 'number')
  return found ?? otherwise
}

/** Whether one bound ends before the other begins. */
function isApart(a: Operand, b: Operand): boolean {
  const highest = getNumber(a, ['$lt', '$lte'], Infinity)
  const lowest = getNumber(b, ['$gt', '$gte'], -Infinity)
  if (highest !== lowest) return highest < lowest
  return (isObject(a) && '$lt' in a) || (isObject(b) && '$gt' in b)
}

function isExcluded(a: Operand, b: Operand): boolean {
  if (!isObject(a)) return false
  const taken = getValues(b)
  const values = taken?.isStrict ? taken.values : undefined
  const out = '$ne' in a ? [a['$ne']] : Array.isArray(a['$nin']) ? (a['$nin'] as unknown[]) : []
  if (values?.every((value) => out.includes(value))) return true
  if (a['$exists'] !== false) return false
  return values?.every((value) => value !== null) ?? (isObject(b) && b['$exists'] === true)
}

/**
 * Whether somebody could meet both conditions, as far as the values that they ask of one attribute can tell. Lists are the
 * exception: `$in` takes an attribute that holds several values, so only paths that hold one are told apart by it.
 */
export function canBothHold(a: Condition, b: Condition, holdsMany: (path: string) => boolean): boolean {
  for (const [path, one] of Object.entries(a)) {
    if (path.startsWith('$') || !Object.hasOwn(b, path) || holdsMany(path)) continue
    const other: unknown = b[path]
    const [these, those] = [getValues(one), getValues(other)]
    if (these && those && !canShare(these, those)) return false
    if (isApart(one, other) || isApart(other, one) || isExcluded(one, other) || isExcluded(other, one)) return false
  }
  return true
}
