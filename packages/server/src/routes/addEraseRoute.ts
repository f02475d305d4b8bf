import { getOwn, isObject } from '@unblink/protocol'
import type { Context, Hono } from 'hono'
import { admit } from '../http/admit.ts'
import { readJson } from '../http/readJson.ts'
import { refuse } from '../http/refuse.ts'
import { deleteVisitorCookie, isVisitorId, readVisitorCookie } from '../http/visitorCookie.ts'
import { eraseVisitor } from '../privacy/eraseVisitor.ts'
import type { ServerContext } from '../serverContext.ts'

const MAX_REQUEST_BYTES = 16 * 1024

/**
 * The visitor's own right to be forgotten; events, profile and cookie go, and a user whom they were known to be keeps nothing
 * of them.
 *
 * `DELETE /v1/visitor`: from pages of this origin. `POST /v1/forget`: what the runtime sends when consent is withdrawn, as
 * text/plain, also from the origins that the site lists; it may name a visitor whose cookie was refused.
 */
export function addEraseRoute(app: Hono, context: ServerContext): void {
  const { budget, trustProxy } = context

  const erase = async (c: Context, visitor: string | undefined) => {
    const { site } = context.publication
    if (visitor && !(await eraseVisitor(context, visitor, 'visitor')))
      return refuse(c, 503, 'storage', 'The visitor could not be erased. Try again later.')
    deleteVisitorCookie(c, trustProxy, site.cookieDomain)
    return c.body(null, 204)
  }

  app.delete('/v1/visitor', async (c) => {
    // No other origin is listed here, whatever the site allows elsewhere.
    const refused = admit(c, { listed: [], trustProxy })
    return refused ?? erase(c, readVisitorCookie(c.req.header('cookie')))
  })

  app.post('/v1/forget', async (c) => {
    const { site } = context.publication
    const refused = admit(c, { listed: site.origins, trustProxy })
    if (refused) return refused
    const body = await readJson(c, MAX_REQUEST_BYTES, budget)
    if (!body.ok) return body.response
    budget.left += body.bytes
    const asked = isObject(body.value) ? body.value : {}
    if (getOwn(asked, 'key') !== site.keys.browser)
      return refuse(c, 403, 'key', 'The key is not this site’s browser key.')
    const named = getOwn(asked, 'visitor')
    return erase(c, readVisitorCookie(c.req.header('cookie')) ?? (isVisitorId(named) ? named : undefined))
  })
}
