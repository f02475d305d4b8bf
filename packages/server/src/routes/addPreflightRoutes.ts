import type { Hono } from 'hono'
import { admit } from '../http/admit.ts'
import type { ServerContext } from '../serverContext.ts'

/** `OPTIONS` for pages that send application/json across origins; our own send text/plain and need none. */
export function addPreflightRoutes(app: Hono, context: ServerContext): void {
  app.on('OPTIONS', ['/v1/p', '/v1/e'], (c) => {
    const refused = admit(c, { listed: context.publication.site.origins, trustProxy: context.trustProxy })
    if (refused) return refused
    c.header('access-control-allow-methods', 'POST')
    c.header('access-control-allow-headers', 'content-type')
    c.header('access-control-max-age', '7200')
    return c.body(null, 204)
  })
}
