import type { Json } from '@unblink/protocol'

/** `Array.isArray` that keeps the type of the items. */
export const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
