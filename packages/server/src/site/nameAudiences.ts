import type { Condition } from '@unblink/protocol'
import type { SiteExperience } from './choice.ts'
import type { Site } from './site.ts'

/** An experience as it is written: it may have a condition where others name an audience. */
export interface WrittenExperience extends Omit<SiteExperience, 'audience'> {
  readonly audience?: string | Condition
}

/** A site of such experiences. */
export interface WrittenSite extends Omit<Site, 'experiences'> {
  readonly experiences: readonly WrittenExperience[]
}

/**
 * Makes an audience of each condition that stands in an experience, under the experience's id, with as many strokes after it
 * as it takes to be another than those declared. So whatever works with audiences (operators of the site's own, models,
 * `explain`, the rivalries that `check` tells) works with these, too, and a manifest only ever has ids.
 */
export function nameAudiences(site: WrittenSite): Site {
  const audiences: Record<string, Condition> = { ...site.audiences }
  const experiences = site.experiences.map((experience): SiteExperience => {
    const { audience, ...rest } = experience
    if (audience === undefined) return rest
    if (typeof audience === 'string') return { ...rest, audience }
    let id = experience.id
    while (Object.hasOwn(audiences, id)) id += '-'
    audiences[id] = audience
    return { ...rest, audience: id }
  })
  return { ...site, audiences, experiences }
}
