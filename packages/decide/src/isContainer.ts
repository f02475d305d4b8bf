import type { Json, JsonObject } from '@unblink/protocol'

/** Whether a value has members: an object or an array. */
export const isContainer = (value: Json): value is readonly Json[] | JsonObject => Object(value) === value
