import { isObject, type Json } from '@unblink/protocol'
import { z } from 'zod'

const MAX_DEPTH = 100

/** Where a value is not what JSON can carry: functions, dates, NaN, or nesting that would exhaust a stack. */
function findFault(value: unknown, path: PropertyKey[]): { path: PropertyKey[]; message: string } | undefined {
  if (path.length > MAX_DEPTH) return { path: [], message: `nested deeper than ${MAX_DEPTH} levels; make it flatter` }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return undefined
  if (Array.isArray(value) || (isObject(value) && Object.getPrototypeOf(value) === Object.prototype)) {
    for (const [key, member] of Object.entries(value)) {
      const fault = findFault(member, [...path, Array.isArray(value) ? Number(key) : key])
      if (fault) return fault
    }
    return undefined
  }
  const what =
    value instanceof RegExp ? 'a RegExp; write { "$regex": "…" }' : (Object(value) as object).constructor.name
  const name = value === undefined ? 'nothing' : typeof value === 'number' ? String(value) : what
  return { path, message: `expected plain JSON (text, number, true, false, null, list or object), got ${name}` }
}

/** Plain JSON of any shape; the error names the member that is none. */
export const json = z.unknown().check((context) => {
  const fault = findFault(context.value, [])
  if (fault) context.issues.push({ code: 'custom', ...fault, input: context.value })
}) as unknown as z.ZodType<Json>
