import type { Attributes } from '@unblink/protocol'
import type { ServerContext } from '../serverContext.ts'
import type { Publication } from '../site/publish.ts'
import type { Profile } from './profile.ts'
import { needsUser } from '../sources/needsUser.ts'
import { readAttributes } from './readAttributes.ts'

/** What the site's profile sources know of a visitor; undefined without a source, and when they have nothing in time. */
export async function readElsewhere(
  { source, links }: Pick<ServerContext, 'source' | 'links'>,
  { site }: Publication,
  { profile, url, now }: { readonly profile: Profile; readonly url: string; readonly now: number },
): Promise<Attributes | undefined> {
  const { profile: own, profileUrl, profileSources } = site
  if (!own && profileUrl === undefined && !profileSources) return undefined
  // Looked up only for those who ask for it.
  const user = profileSources?.some(needsUser) ? links.getUser(profile.visitor) : undefined
  return source.read(site, { visitor: profile.visitor, user, url, attributes: readAttributes(profile, site, now) })
}
