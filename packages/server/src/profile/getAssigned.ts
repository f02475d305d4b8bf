import type { Site } from '../site/site.ts'
import type { Profile } from './profile.ts'

/**
 * By the id of each experiment of the site that a visitor has met: the variant that they were shown first, as `decide` takes it. What has
 * become a personalization is chosen anew each time.
 */
export const getAssigned = (
  { assignments = {} }: Pick<Profile, 'assignments'>,
  { experiences }: Pick<Site, 'experiences'>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    experiences.flatMap(({ id, kind }) =>
      kind === 'experiment' && Object.hasOwn(assignments, id) ? [[id, assignments[id]!.variant]] : [],
    ),
  )
