import { getOwn, type Json } from '@unblink/protocol'

/** An own member of an object or array; null for one that is missing, and of anything else. */
export const getMember = (value: Json, key: string): Json =>
  Object(value) === value ? ((getOwn(value as object, key) ?? null) as Json) : null
