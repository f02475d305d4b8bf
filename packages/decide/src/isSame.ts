import { getOwn, type Json } from '@unblink/protocol'
import { isContainer } from './isContainer.ts'
import { isList } from './isList.ts'

/** Deep equality of JSON values. The order of an object's keys does not count: databases do not keep it. */
export const isSame = (a: Json, b: Json): boolean => {
  if (!isContainer(a) || !isContainer(b)) return a === b
  const entries = Object.entries(a)
  return (
    isList(a) === isList(b) &&
    entries.length === Object.keys(b).length &&
    // A key that `b` lacks reads as undefined, which no JSON value equals.
    entries.every(([key, value]) => isSame(value, getOwn(b, key) as Json))
  )
}
