import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { FULL_KEY, KEY_SCOPES, type KeyScope } from '../site/keyScopes.ts'
import type { Site } from '../site/site.ts'

export interface FoundKey {
  /** Its name in the site config: for the audit, never the secret. */
  readonly id: string
  readonly scopes: readonly KeyScope[]
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Takes the same time whatever the guess: digests have one length, and are compared whole. */
const isSameKey = (sent: string, key: string) => timingSafeEqual(digest(sent), digest(key))

/**
 * The server key that a request carries as `Authorization: Bearer`; undefined when it carries none of the site's. A site
 * without server keys trusts nobody.
 */
export function findServerKey(c: Context, { keys }: Pick<Site, 'keys'>): FoundKey | undefined {
  const sent = /^Bearer (.{1,200})$/.exec(c.req.header('authorization') ?? '')?.[1]
  if (sent === undefined) return undefined
  const full = keys.server === undefined ? [] : [{ id: FULL_KEY, secret: keys.server, scopes: KEY_SCOPES }]
  const all = [...full, ...Object.entries(keys.servers ?? {}).map(([id, key]) => ({ id, ...key }))]
  // Every key is compared, so that the time does not tell how many there are before the right one.
  const [found] = all.filter(({ secret }) => isSameKey(sent, secret))
  return found && { id: found.id, scopes: found.scopes }
}
