import { createHash, timingSafeEqual } from 'node:crypto'
import { getOwn, isObject } from '@unblink/protocol'
import type { Hono } from 'hono'
import { readJson } from '../http/readJson.ts'
import { refuse } from '../http/refuse.ts'
import type { ServerContext } from '../serverContext.ts'
import { setAttributes } from '../setAttributes.ts'

const MAX_REQUEST_BYTES = 16 * 1024

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Takes the same time whatever the guess: digests have one length, and are compared whole. */
const isSameKey = (sent: string, key: string) => timingSafeEqual(digest(sent), digest(key))

/** `PUT /v1/visitors/:visitor/attributes`: what the site's own server knows of a visitor. Needs the server key. */
export function addAttributesRoute(app: Hono, context: ServerContext): void {
  const { site, budget } = context
  app.put('/v1/visitors/:visitor/attributes', async (c) => {
    const sent = /^Bearer (.{1,200})$/.exec(c.req.header('authorization') ?? '')?.[1]
    if (sent === undefined || site.keys.server === undefined || !isSameKey(sent, site.keys.server)) {
      c.header('www-authenticate', 'Bearer')
      return refuse(c, 401, 'key', 'Send "Authorization: Bearer <server key>" with `keys.server` of the site config.')
    }
    const body = await readJson(c, MAX_REQUEST_BYTES, budget)
    if (!body.ok) return body.response
    budget.left += body.bytes
    const result = await setAttributes(
      context,
      c.req.param('visitor'),
      isObject(body.value) ? getOwn(body.value, 'set') : undefined,
    )
    if (!result.ok) return refuse(c, result.status, result.status === 503 ? 'storage' : 'schema', result.error)
    return c.body(null, 204)
  })
}
