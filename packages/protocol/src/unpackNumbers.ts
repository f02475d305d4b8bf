import { PACK_DIGITS } from './packNumbers.ts'

const MAX_SHIFT = 30

/** The numbers that `packNumbers` has made text of; undefined for a text that it cannot have made. */
export function unpackNumbers(text: string): number[] | undefined {
  const numbers: number[] = []
  let value = 0
  let shift = 0
  for (const character of text) {
    const digit = PACK_DIGITS.indexOf(character)
    if (digit < 0 || shift > MAX_SHIFT) return undefined
    value |= (digit & 31) << shift
    shift += 5
    if (digit & 32) continue
    // The lowest bit is the sign. Minus nothing is nothing.
    numbers.push(value & 1 ? 0 - (value >>> 1) : value >>> 1)
    value = shift = 0
  }
  return shift ? undefined : numbers
}
