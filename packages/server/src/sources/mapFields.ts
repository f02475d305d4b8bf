import { fail, getOwn, isObject, ok, type Json, type Result } from '@unblink/protocol'
import { parsePath, type Step } from './parsePath.ts'

export const FIELD_TYPES = ['string', 'number', 'boolean', 'list'] as const
export type FieldType = (typeof FIELD_TYPES)[number]

/** Where one field is found, and what it has to be. */
export interface FieldMapping {
  /** See `parsePath`. */
  readonly path: string
  /**
   * What the value is made: `"7"` a number, `7` a string, `"true"`, `"yes"`, `"1"` and `1` a boolean, one value a list of one.
   * What cannot be made it is an error. @default as it is found
   */
  readonly type?: FieldType
  /** Where nothing is found, or null. @default the field is left out where nothing is found, and null where null is */
  readonly default?: Json
}

/** Fields by name; a bare string is the path alone. */
export type Mapping = Readonly<Record<string, string | FieldMapping>>

export interface MappedFields {
  readonly fields: Readonly<Record<string, Json>>
}

const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i
const YES = ['true', 'yes', '1']
const NO = ['false', 'no', '0']

/** Every value at the path: none, one, or with `[*]` any number. */
function find(values: readonly unknown[], [step, ...rest]: readonly Step[]): readonly unknown[] {
  if (!step) return values
  const next = values.flatMap((value): readonly unknown[] => {
    if (step.type === 'member')
      return isObject(value) && Object.hasOwn(value, step.name) ? [getOwn(value, step.name)] : []
    if (!Array.isArray(value)) return []
    if (step.type === 'every') return value as readonly unknown[]
    return step.index < value.length ? [value[step.index]] : []
  })
  return find(next, rest)
}

/** By kind only: values are about people, and errors end up in logs. */
const describe = (value: unknown) =>
  Array.isArray(value)
    ? 'a list'
    : isObject(value)
      ? 'an object'
      : typeof value === 'string'
        ? 'a text'
        : `a ${typeof value}`

/** Undefined when the value cannot be made one of this type. */
export function toType(value: Json, type: FieldType): Json | undefined {
  const isScalar = typeof value !== 'object'
  switch (type) {
    case 'list':
      return Array.isArray(value) ? (value as readonly Json[]) : [value]
    case 'string':
      return isScalar ? String(value) : undefined
    case 'number':
      if (typeof value === 'number') return value
      return typeof value === 'string' && NUMBER.test(value) && Number.isFinite(Number(value))
        ? Number(value)
        : undefined
    case 'boolean': {
      const text = isScalar ? String(value).trim().toLowerCase() : ''
      return YES.includes(text) ? true : NO.includes(text) ? false : undefined
    }
  }
}

function readField(mapping: string | FieldMapping, json: unknown): Result<Json | undefined> {
  const { path, type, default: fallback } = typeof mapping === 'string' ? { path: mapping } : mapping
  const steps = parsePath(path)
  if (!steps.ok) return steps
  const found = find([json], steps.value)
  const isList = steps.value.some((step) => step.type === 'every')
  // JSON is what it was read from, so that is what its parts are.
  const value = (isList && found.length > 0 ? found.filter((item) => item !== null) : found[0]) as Json | undefined
  if (value === undefined || value === null) return ok(fallback ?? value)
  if (type === undefined) return ok(value)
  const typed = toType(value, type)
  return typed === undefined ? fail(`expected a ${type} at ${path}, got ${describe(value)}`) : ok(typed)
}

/**
 * Picks fields out of JSON by a declared mapping: `{ tier: '$.profile.tier', spent: { path: '$.spent', type: 'number' } }`.
 * Where a path finds nothing, its field is left out; `[*]` collects into a list, without nulls. The error names the field and
 * repeats no value. Own members only, never throws.
 */
export function mapFields(mapping: Mapping, json: unknown): Result<MappedFields> {
  const fields: [string, Json][] = []
  for (const [name, one] of Object.entries(mapping)) {
    const value = readField(one, json)
    if (!value.ok) return fail(`${name}: ${value.error}`)
    if (value.value !== undefined) fields.push([name, value.value])
  }
  return ok({ fields: Object.fromEntries(fields) })
}
