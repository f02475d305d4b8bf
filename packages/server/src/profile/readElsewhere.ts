import type { Attributes } from '@unblink/protocol'
import type { ServerContext } from '../serverContext.ts'
import type { Publication } from '../site/publish.ts'
import type { Profile } from './profile.ts'
import { readAttributes } from './readAttributes.ts'

/** What the site's profile source knows of a visitor; undefined without a source, and when it has nothing in time. */
export async function readElsewhere(
  { source }: Pick<ServerContext, 'source'>,
  { site }: Publication,
  { profile, url, now }: { readonly profile: Profile; readonly url: string; readonly now: number },
): Promise<Attributes | undefined> {
  if (!site.profile && site.profileUrl === undefined) return undefined
  return source.read(site, { visitor: profile.visitor, url, attributes: readAttributes(profile, site, now) })
}
