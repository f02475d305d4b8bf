import type { Attributes } from '@unblink/protocol'
import type { Site } from '../../site/site.ts'
import type { Profile } from '../profile.ts'
import { kinds } from './kinds.ts'

/** The attributes that the site declares, as of `now` (epoch milliseconds). */
export const readDerived = ({ derived = {} }: Profile, { attributes }: Site, now: number): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, declaration]) => [
      name,
      kinds[declaration.kind].read(Object.hasOwn(derived, name) ? derived[name] : undefined, declaration, now),
    ]),
  )
