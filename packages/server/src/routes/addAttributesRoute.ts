import { getOwn, isObject } from '@unblink/protocol'
import type { Hono } from 'hono'
import { readJson } from '../http/readJson.ts'
import { refuse } from '../http/refuse.ts'
import { requireKey } from '../http/requireKey.ts'
import type { ServerContext } from '../serverContext.ts'
import { setAttributes } from '../setAttributes.ts'

const MAX_REQUEST_BYTES = 16 * 1024

/** `PUT /v1/visitors/:visitor/attributes`: what the site's own server knows of a visitor. Needs a server key. */
export function addAttributesRoute(app: Hono, context: ServerContext): void {
  const { budget } = context
  app.put('/v1/visitors/:visitor/attributes', async (c) => {
    const key = requireKey(c, context, 'attributes')
    if (!key.ok) return key.response
    const body = await readJson(c, MAX_REQUEST_BYTES, budget)
    if (!body.ok) return body.response
    budget.left += body.bytes
    const result = await setAttributes(
      context,
      c.req.param('visitor'),
      isObject(body.value) ? getOwn(body.value, 'set') : undefined,
      `key:${key.id}`,
    )
    if (!result.ok) return refuse(c, result.status, result.status === 503 ? 'storage' : 'schema', result.error)
    return c.body(null, 204)
  })
}
