import { fail, ok, type Result } from '@unblink/protocol'
import { formatPath } from './problem.ts'
import { readSite } from './readSite.ts'
import type { Site } from './site.ts'

/**
 * Checks a site config of any origin and fills in the defaults. Never throws. The error has one line per problem: the path,
 * what is wrong, and how to mend it.
 */
export function parseSite(value: unknown): Result<Site> {
  const site = readSite(value)
  if (site.ok) return ok(site.value)
  return fail(site.problems.map(({ path, message }) => `${formatPath(path)}: ${message}`).join('\n'))
}
