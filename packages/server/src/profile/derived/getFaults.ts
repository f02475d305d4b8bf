import type { Site } from '../../site/site.ts'
import type { Profile } from '../profile.ts'

const FAULTS = ['missing', 'outOfRange', 'late', 'duplicated'] as const

/** What has been found wrong with the data between two states of a profile, where the site declares an attribute for it. */
export function getFaults(
  { derived: before = {} }: Profile,
  { derived: after = {} }: Profile,
  { attributes }: Site,
): Partial<Record<(typeof FAULTS)[number], number>> {
  const name = Object.keys(attributes).find((one) => attributes[one]?.kind === 'quality')
  if (name === undefined || after[name] === before[name]) return {}
  const read = (side: NonNullable<Profile['derived']>, fault: string) => Number(side[name]?.[fault] ?? 0)
  return Object.fromEntries(FAULTS.map((fault) => [fault, read(after, fault) - read(before, fault)]))
}
