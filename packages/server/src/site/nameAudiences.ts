import type { Condition } from '@unblink/protocol'
import type { SiteExperience } from './choice.ts'
import type { Problem } from './problem.ts'
import type { Site } from './site.ts'

/** An experience as it is written: it may have conditions where others name an audience. */
export interface WrittenExperience extends Omit<SiteExperience, 'audience'> {
  readonly audience?: string | Condition
}

/** A site of such experiences. */
export interface WrittenSite extends Omit<Site, 'experiences'> {
  readonly experiences: readonly WrittenExperience[]
}

/** Where the conditions stand that experiences have of their own, by the ids of the audiences that they became. */
export type InlineAudiences = ReadonlyMap<string, Problem['path']>

/**
 * Makes an audience of each condition that stands in an experience: under the experience's id, and of one that keeps it from
 * visitors under the id with `:suppress`, with as many strokes after it as it takes to be another than those declared. So
 * whatever works with audiences (operators of the site's own, models, `explain`, the rivalries that `check` tells) works with
 * these, too, a manifest only ever has ids, and pages see no rule over attributes that are not exposed.
 */
export function nameAudiences(site: WrittenSite): { readonly site: Site; readonly inline: InlineAudiences } {
  const audiences: Record<string, Condition> = { ...site.audiences }
  const inline = new Map<string, Problem['path']>()
  const name = (audience: string | Condition, wanted: string, path: Problem['path']): string => {
    if (typeof audience === 'string') return audience
    let id = wanted
    while (Object.hasOwn(audiences, id)) id += '-'
    audiences[id] = audience
    inline.set(id, path)
    return id
  }
  const experiences = site.experiences.map((experience, index): SiteExperience => {
    const { audience, suppress, ...rest } = experience
    const { id } = rest
    return {
      ...rest,
      ...(audience === undefined ? {} : { audience: name(audience, id, ['experiences', index, 'audience']) }),
      ...(suppress === undefined
        ? {}
        : { suppress: name(suppress, `${id}:suppress`, ['experiences', index, 'suppress']) }),
    }
  })
  return { site: { ...site, audiences, experiences }, inline }
}
