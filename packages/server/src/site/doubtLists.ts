import { isObject } from '@unblink/protocol'
import { holdsMany } from './holdsMany.ts'
import { isOperators } from './readCondition.ts'
import type { Site } from './site.ts'

type Path = readonly PropertyKey[]

/** Tells of lists that are compared with one of their values: `{ holdings: 'card' }` leaves out who holds a mortgage, too. */
export function doubtLists(
  condition: unknown,
  path: Path,
  site: Site,
  report: (path: Path, message: string) => void,
): void {
  if (!isObject(condition)) return
  for (const [key, member] of Object.entries(condition)) {
    const at = [...path, key]
    if (Array.isArray(member)) member.forEach((inner, index) => doubtLists(inner, [...at, index], site, report))
    else if (key === '$not') doubtLists(member, at, site, report)
    else if (holdsMany(site, key)) {
      const operand: Readonly<Record<string, unknown>> = isOperators(member) ? member : { $eq: member }
      for (const [name, list] of [
        ['$eq', '$in'],
        ['$ne', '$nin'],
      ] as const) {
        const value = operand[name]
        if (typeof value !== 'string') continue
        report(
          at,
          `"${key}" is a list, and ${JSON.stringify(value)} only where it holds nothing else; write { "${list}": [${JSON.stringify(value)}] }`,
        )
      }
    }
  }
}
