import { getOwn, isObject, type AnyEvent, type Json } from '@unblink/protocol'

/** What an attribute can be made of. */
export type Scalar = string | number | boolean

const MAX_TEXT = 100
/** An event with more items than this is no purchase. */
const MAX_VALUES = 100

const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT)

/** The members that selectors and paths refer to. */
export const toFacts = ({ p, lo }: AnyEvent): Readonly<Record<string, Json>> => ({
  // Parsed events hold nothing but Json.
  ...(p as unknown as Readonly<Record<string, Json>>),
  path: lo.replace(/[?#].*/s, ''),
})

/** The values at a dotted path; a list on the way is gone through. What is no text, number or boolean, or too long, is left out. */
export function readValues(event: AnyEvent, path: string): Scalar[] {
  let values: unknown[] = [toFacts(event)]
  for (const step of path.split('.')) {
    values = values.flatMap((value) => (isObject(value) ? [getOwn(value, step)] : [])).flat()
    if (values.length > MAX_VALUES) values.length = MAX_VALUES
  }
  return values.filter(isScalar)
}
