import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import type { Site } from '../site/site.ts'
import { refuse } from './refuse.ts'

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Takes the same time whatever the guess: digests have one length, and are compared whole. */
const isSameKey = (sent: string, key: string) => timingSafeEqual(digest(sent), digest(key))

/** Whether the request carries the site's server key as `Authorization: Bearer`. A site without one trusts nobody. */
export function hasServerKey(c: Context, { keys }: Pick<Site, 'keys'>): boolean {
  const sent = /^Bearer (.{1,200})$/.exec(c.req.header('authorization') ?? '')?.[1]
  return sent !== undefined && keys.server !== undefined && isSameKey(sent, keys.server)
}

export function refuseKey(c: Context): Response {
  c.header('www-authenticate', 'Bearer')
  return refuse(c, 401, 'key', 'Send "Authorization: Bearer <server key>" with `keys.server` of the site config.')
}
