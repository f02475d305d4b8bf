import { fail, ok, type Result } from '@unblink/protocol'
import { checkSite, formatFinding } from './checkSite.ts'
import type { Site } from './site.ts'

/**
 * Reads and checks `unblink.config.ts` (also `.js`, `.mjs`, `.json`). Never rejects. The error has one line per problem: the
 * file, the line where it can be told, the path, what is wrong and how to mend it.
 */
export async function loadSite(file: string): Promise<Result<Site>> {
  const { site, findings } = await checkSite(file, Date.now())
  if (site) return ok(site)
  const errors = findings.filter(({ severity }) => severity === 'error')
  return fail(errors.map(formatFinding).join('\n'))
}
