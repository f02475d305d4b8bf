import { createHash } from 'node:crypto'
import type { Condition, Experience, Manifest, Trigger } from '@unblink/protocol'
import { isExposed } from './isExposed.ts'
import { readCondition } from './readCondition.ts'
import type { Site } from './site.ts'

/** Members in order of their names, so that equal rules give equal text however the config is arranged. */
const toCanonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )

/** Whether a page can work it out: it has the attributes and the operators. */
function isForPages(condition: Condition, { expose, operators }: Site): boolean {
  const used = readCondition(condition)
  return (
    [...used.paths].every((path) => isExposed(path, expose)) &&
    [...used.operators].every((name) => !Object.hasOwn(operators, name.slice(1)))
  )
}

const getTriggers = ({ when }: Experience): readonly Trigger[] =>
  when === undefined ? [] : Array.isArray(when) ? (when as readonly Trigger[]) : [when as Trigger]

/** The groups that conditions name. */
const getGroups = (conditions: readonly unknown[], groups: Site['groups']): Manifest['groups'] => {
  const text = JSON.stringify(conditions)
  const named = Object.entries(groups).filter(([id]) => text.includes(`Group":${JSON.stringify(id)}`))
  return named.length > 0 ? Object.fromEntries(named) : undefined
}

/**
 * Publishes what pages get of a site's rules: conditions that they can work out, and for the other audiences the question
 * whether the reply names them, so that what is not exposed shows neither as a value nor as a rule. The version is the
 * first 12 hex digits of the SHA-256 over the canonical JSON of all rules.
 */
export function createManifest(site: Site): Manifest {
  const { slots, holdout } = site
  // What chooses is the server's own affair.
  const experiences = site.experiences.map(({ choose: _choose, ...experience }): Experience => experience)
  const audiences = Object.fromEntries(
    Object.entries(site.audiences).map(([id, condition]) => [
      id,
      isForPages(condition, site) ? condition : { audiences: { $in: [id] } },
    ]),
  )
  const groups = getGroups([audiences, experiences.map(({ suppress }) => suppress ?? null)], site.groups)
  const counted = experiences
    .flatMap(getTriggers)
    .flatMap((trigger) => ('categoryViews' in trigger ? [trigger.categoryViews.category] : []))
  const categories = Object.fromEntries(counted.map((id) => [id, site.categories[id]?.paths ?? []]))
  const rules = {
    v: 1 as const,
    slots,
    audiences,
    ...(counted.length > 0 ? { categories } : {}),
    ...(groups ? { groups } : {}),
    ...(holdout ? { holdout } : {}),
    experiences,
  }
  const text = toCanonicalJson([rules, site.audiences, site.groups])
  return { ...rules, version: createHash('sha256').update(text).digest('hex').slice(0, 12) }
}
