import type { Hono } from 'hono'
import { admit, ORIGIN_REFUSED } from '../http/admit.ts'
import { refuse } from '../http/refuse.ts'
import { deleteVisitorCookie, readVisitorCookie } from '../http/visitorCookie.ts'
import type { ServerContext } from '../serverContext.ts'

/** `DELETE /v1/visitor`: the visitor's own right to be forgotten; events, profile and cookie go. Same origin only. */
export function addEraseRoute(app: Hono, { store, writer, hub, trustProxy }: ServerContext): void {
  app.delete('/v1/visitor', async (c) => {
    // The browser's own word counts most: behind a rewrite that changes the host, the Origin header looks like another's.
    const site = c.req.header('sec-fetch-site')
    // No other origin is listed here, whatever the site allows elsewhere.
    const isOwnPage = site === undefined ? admit(c, { listed: [], trustProxy }) !== 'refused' : site === 'same-origin'
    if (!isOwnPage) return refuse(c, 403, 'origin', ORIGIN_REFUSED)
    const visitor = readVisitorCookie(c.req.header('cookie'))
    if (visitor) {
      const written = await writer.write(() => store.eraseVisitor(visitor), 0)
      if (written.type !== 'written')
        return refuse(c, 503, 'storage', 'The visitor could not be erased. Try again later.')
      hub.end(visitor)
    }
    deleteVisitorCookie(c, trustProxy)
    return c.body(null, 204)
  })
}
