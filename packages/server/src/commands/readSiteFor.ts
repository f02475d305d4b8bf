import { checkSite, formatFinding } from '../site/checkSite.ts'
import type { Site } from '../site/site.ts'
import { findConfig } from './findConfig.ts'

/** The site of a command; throws what is wrong with it, one line each. */
export async function readSiteFor(config: string | undefined): Promise<Site> {
  const { site, findings } = await checkSite(findConfig(config), Date.now())
  if (!site) throw new Error(findings.map(formatFinding).join('\n'))
  return site
}
