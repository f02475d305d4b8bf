import { z } from 'zod'
import { FIELD_TYPES } from '../../sources/mapFields.ts'
import { parsePath } from '../../sources/parsePath.ts'
import { check } from './check.ts'
import { choose } from './choose.ts'
import { json } from './json.ts'
import { object } from './object.ts'

/** A path into JSON, see `parsePath`. */
export const jsonPath = z.string().check(
  check((text) => {
    const path = parsePath(text)
    return path.ok ? undefined : path.error
  }),
)

const whole = object({ path: jsonPath, type: z.enum(FIELD_TYPES).optional(), default: json.optional() })

/** Where one field is found, see `FieldMapping`. */
export const fieldMapping = choose<unknown>((value) => (typeof value === 'string' ? jsonPath : whole))
