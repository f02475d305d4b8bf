import type { Site } from '../../site/site.ts'
import type { Profile } from '../profile.ts'
import { kinds, type DerivedState } from './kinds.ts'

/** The declared attributes of two profiles that are one visitor's and share no event. Pure; undefined when neither has any. */
export function mergeDerived(
  { derived: left = {} }: Pick<Profile, 'derived'>,
  { derived: right = {} }: Pick<Profile, 'derived'>,
  { attributes }: Site,
): Profile['derived'] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])]
  const merged = names.flatMap((name): [string, DerivedState][] => {
    const declaration = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    const [one, other] = [left, right].map((side) => (Object.hasOwn(side, name) ? side[name] : undefined))
    if (one && other && declaration) return [[name, kinds[declaration.kind].merge(one, other, declaration)]]
    const only = one ?? other
    return only ? [[name, only]] : []
  })
  return merged.length > 0 ? Object.fromEntries(merged) : undefined
}
