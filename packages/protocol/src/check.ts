import { getOwn, isObject, type Json } from './json.ts'

/** Returns a clean copy, or undefined when the value does not fit. */
export type Check = (value: unknown) => Json | undefined

const MAX_DEPTH = 8
/** No control characters and no half surrogate pairs: databases and logs cut or mangle them. */
export const CLEAN_TEXT = /^[^\p{Cc}\p{Cs}]*$/u

/** A string that others look up or compare: refused when it is too long, never cut. */
export const name =
  (max: number, pattern = CLEAN_TEXT): Check =>
  (value) =>
    typeof value === 'string' && value.length <= max && pattern.test(value) ? value : undefined

/** A string for people to read: cut when it is too long, because losing the event would lose more. */
export const prose =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' ? value.slice(0, max) : undefined

/** One of these very values. */
export const oneOf =
  (...options: readonly (string | boolean)[]): Check =>
  (value) =>
    options.includes(value as string) ? (value as string) : undefined

/** A number in this range, both ends included. */
export const between =
  (min: number, max: number): Check =>
  (value) =>
    typeof value === 'number' && value >= min && value <= max ? value : undefined

/** A whole number in this range, both ends included. */
export const whole =
  (min: number, max: number): Check =>
  (value) =>
    Number.isInteger(value) ? between(min, max)(value) : undefined

/** An array of this many. */
export const list =
  (item: Check, min: number, max: number): Check =>
  (value) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) return undefined
    const items = value.map(item)
    return items.includes(undefined) ? undefined : (items as Json[])
  }

/** An object whose members are alike. */
export const record =
  (key: RegExp, item: Check, max: number): Check =>
  (value) => {
    if (!isObject(value) || Object.keys(value).length > max) return undefined
    const entries = Object.entries(value).map(
      ([field, member]) => [field, key.test(field) ? item(member) : undefined] as const,
    )
    return entries.some(([, member]) => member === undefined) ? undefined : (Object.fromEntries(entries) as Json)
  }

/** Unknown fields are left out, not refused: a newer page may send more than this collector knows. */
export const fields =
  (required: Record<string, Check>, optional: Record<string, Check> = {}): Check =>
  (value) => {
    if (!isObject(value)) return undefined
    const copy: Record<string, Json> = {}
    for (const [field, check] of Object.entries({ ...required, ...optional })) {
      const own = getOwn(value, field)
      if (own === undefined && !(field in required)) continue
      const clean = check(own)
      if (clean === undefined) return undefined
      copy[field] = clean
    }
    return copy
  }

/** Copies plain JSON without `__proto__` members; too deep or not JSON: undefined. */
function copyJson(value: unknown, depth: number): Json | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (depth === 0) return undefined
  if (Array.isArray(value)) {
    const items = value.map((item) => copyJson(item, depth - 1))
    return items.includes(undefined) ? undefined : (items as Json[])
  }
  if (!isObject(value)) return undefined
  const entries = Object.entries(value)
    .filter(([field]) => field !== '__proto__')
    .map(([field, member]) => [field, copyJson(member, depth - 1)] as const)
  return entries.some(([, member]) => member === undefined) ? undefined : (Object.fromEntries(entries) as Json)
}

/** Any plain JSON object of bounded depth. */
export const jsonObject: Check = (value) => (isObject(value) ? copyJson(value, MAX_DEPTH) : undefined)
