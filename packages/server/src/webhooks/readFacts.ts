import { evaluate } from '@unblink/decide'
import type { Attributes } from '@unblink/protocol'
import type { Profile } from '../profile/profile.ts'
import { readAttributes } from '../profile/readAttributes.ts'
import type { Publication } from '../site/publish.ts'
import { resolveRules } from '../site/resolveRules.ts'
import type { Site } from '../site/site.ts'

const DAY_MS = 86_400_000

/**
 * The attributes as of a moment at which nobody need be here. A page that asks begins a visit, and is told so; time that
 * passes begins none, so `visits` are those that there were.
 */
export function readFacts(profile: Profile, site: Site, at: number): Attributes {
  const { count, startedAt, previousSeenAt } = profile.visits
  const daysSinceLast =
    startedAt === undefined || previousSeenAt === undefined ? null : Math.floor((startedAt - previousSeenAt) / DAY_MS)
  return { ...readAttributes(profile, site, at), visits: { count, daysSinceLast } }
}

/** Which of these audiences somebody with these attributes is in. An operator of the site's own that throws is false. */
export function findMemberships(
  publication: Publication,
  audiences: Iterable<string>,
  facts: Attributes,
): ReadonlySet<string> {
  const rules = resolveRules(publication, facts, () => undefined)
  const isMember = (id: string) =>
    Object.hasOwn(rules.audiences, id) && evaluate(rules.audiences[id]!, facts, { groups: rules.groups })
  return new Set([...audiences].filter(isMember))
}
