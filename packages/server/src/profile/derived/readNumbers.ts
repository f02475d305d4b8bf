import type { Fact } from './fact.ts'
import { readValues } from './readValues.ts'

/** The numbers of an event that may be counted; those outside the range, and a missing one, are noted as faults. */
export function readNumbers(
  { event, faults }: Fact,
  { of, range }: { readonly of: string; readonly range?: readonly [number, number] },
): number[] {
  const numbers = readValues(event, of).filter((value) => typeof value === 'number')
  if (numbers.length === 0) faults.missing++
  const inside = range ? numbers.filter((value) => value >= range[0] && value <= range[1]) : numbers
  faults.outOfRange += numbers.length - inside.length
  return inside
}
