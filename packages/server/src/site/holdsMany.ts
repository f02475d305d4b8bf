import type { Site } from './site.ts'

/** Which member of a declared attribute is a list, by its kind; '' is the attribute itself. */
const MEMBERS: Readonly<Record<string, string>> = {
  recent: '',
  affinity: '.ranked',
  cart: '.items',
  unbought: '.items',
}

/** Whether the server works out a list under this path. What a site's own server sets may be one, too; nobody knows. */
export function holdsMany({ attributes }: Pick<Site, 'attributes'>, path: string): boolean {
  if (['holdings', 'intent.ranked', 'drifting'].includes(path)) return true
  return Object.entries(attributes).some(([name, { kind }]) => {
    const member = MEMBERS[kind]
    return member !== undefined && name + member === path
  })
}
