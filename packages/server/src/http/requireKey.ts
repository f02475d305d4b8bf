import type { Context } from 'hono'
import { routePath } from 'hono/route'
import type { ServerContext } from '../serverContext.ts'
import type { KeyScope } from '../site/keyScopes.ts'
import { findServerKey } from './findServerKey.ts'
import { refuse } from './refuse.ts'

/** A key that may, by its id; or the answer for whoever has none. */
export type RequiredKey =
  { readonly ok: true; readonly id: string } | { readonly ok: false; readonly response: Response }

/**
 * Asks for a server key with this scope: 401 without a key of the site, 403 with one that may not. Who comes with a wrong one is counted
 * and logged, for somebody may be trying keys; the key itself is not.
 */
export function requireKey(
  c: Context,
  { publication, metrics, log }: Pick<ServerContext, 'publication' | 'metrics' | 'log'>,
  scope: KeyScope,
): RequiredKey {
  const found = findServerKey(c, publication.site)
  if (found?.scopes.includes(scope)) return { ok: true, id: found.id }
  const why = found ? 'scope' : c.req.header('authorization') === undefined ? 'none' : 'unknown'
  metrics.keysRefused.add(1, why)
  const route = `${c.req.method} ${routePath(c)}`
  if (found) {
    const message = `The key "${found.id}" has no scope "${scope}". Add it to keys.servers in the site config, or use another key.`
    log({ level: 'warn', code: 'key_refused', message, route })
    return { ok: false, response: refuse(c, 403, 'scope', message) }
  }
  if (why === 'unknown') {
    const message = 'A request came with a server key that is none of this site’s: an old one, or somebody tries keys.'
    log({ level: 'warn', code: 'key_refused', message, route })
  }
  c.header('www-authenticate', 'Bearer')
  const message = 'Send "Authorization: Bearer <server key>" with a server key of the site config.'
  return { ok: false, response: refuse(c, 401, 'key', message) }
}
