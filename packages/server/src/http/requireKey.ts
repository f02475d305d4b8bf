import type { Context } from 'hono'
import type { KeyScope } from '../site/keyScopes.ts'
import type { Site } from '../site/site.ts'
import { findServerKey } from './findServerKey.ts'
import { refuseKey } from './hasServerKey.ts'
import { refuse } from './refuse.ts'

/** A key that may, by its id; or the answer for whoever has none. */
export type RequiredKey =
  { readonly ok: true; readonly id: string } | { readonly ok: false; readonly response: Response }

/** Asks for a server key with this scope: 401 without a key of the site, 403 with one that may not. */
export function requireKey(c: Context, site: Pick<Site, 'keys'>, scope: KeyScope): RequiredKey {
  const found = findServerKey(c, site)
  if (!found) return { ok: false, response: refuseKey(c) }
  if (found.scopes.includes(scope)) return { ok: true, id: found.id }
  const message = `The key "${found.id}" has no scope "${scope}". Add it to keys.servers in the site config, or use another key.`
  return { ok: false, response: refuse(c, 403, 'scope', message) }
}
