import type { SiteInput } from './site.ts'

/** Gives `unblink.config.ts` its types; checks happen when the file is loaded. */
export const defineSite = (site: SiteInput): SiteInput => site
