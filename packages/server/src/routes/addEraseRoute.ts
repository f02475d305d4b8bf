import type { Hono } from 'hono'
import { admit, ORIGIN_REFUSED } from '../http/admit.ts'
import { refuse } from '../http/refuse.ts'
import { deleteVisitorCookie, readVisitorCookie } from '../http/visitorCookie.ts'
import type { ServerContext } from '../serverContext.ts'

/** `DELETE /v1/visitor`: the visitor's own right to be forgotten; events, profile and cookie go. Same origin only. */
export function addEraseRoute(app: Hono, { store, writer, hub }: ServerContext): void {
  app.delete('/v1/visitor', async (c) => {
    const isOwnPage = (c.req.header('sec-fetch-site') ?? 'same-origin') === 'same-origin'
    // No other origin is listed here, whatever the site allows elsewhere.
    if (admit(c, []) === 'refused' || !isOwnPage) return refuse(c, 403, 'origin', ORIGIN_REFUSED)
    const visitor = readVisitorCookie(c)
    if (visitor) {
      const written = await writer.write(() => store.eraseVisitor(visitor), 0)
      if (written.type !== 'written')
        return refuse(c, 503, 'storage', 'The visitor could not be erased. Try again later.')
      hub.end(visitor)
    }
    deleteVisitorCookie(c)
    return c.body(null, 204)
  })
}
