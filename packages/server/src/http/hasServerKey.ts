import type { Context } from 'hono'
import { FULL_KEY, type KeyScope } from '../site/keyScopes.ts'
import type { Site } from '../site/site.ts'
import { findServerKey } from './findServerKey.ts'
import { refuse } from './refuse.ts'

/** Whether the request carries `keys.server`, or one of `keys.servers` with this scope. Without a scope, only the former will do. */
export function hasServerKey(c: Context, site: Pick<Site, 'keys'>, scope?: KeyScope): boolean {
  const found = findServerKey(c, site)
  return found !== undefined && (scope === undefined ? found.id === FULL_KEY : found.scopes.includes(scope))
}

export function refuseKey(c: Context): Response {
  c.header('www-authenticate', 'Bearer')
  return refuse(c, 401, 'key', 'Send "Authorization: Bearer <server key>" with `keys.server` of the site config.')
}
