import type { Hono } from 'hono'
import { admit, ORIGIN_REFUSED } from '../http/admit.ts'
import { hasETag } from '../http/hasETag.ts'
import { refuse } from '../http/refuse.ts'
import type { ServerContext } from '../serverContext.ts'

/** `GET /v1/m?key=`: the site's rules, cacheable for a minute and then by version. */
export function addManifestRoute(app: Hono, { site, manifest, trustProxy }: ServerContext): void {
  const text = JSON.stringify(manifest)
  const etag = `"${manifest.version}"`
  app.get('/v1/m', (c) => {
    if (admit(c, { listed: site.origins, trustProxy }) === 'refused') return refuse(c, 403, 'origin', ORIGIN_REFUSED)
    if (c.req.query('key') !== site.keys.browser)
      return refuse(c, 403, 'key', 'The key is not this site’s browser key.')
    c.header('etag', etag)
    c.header('cache-control', 'public, max-age=60')
    c.header('x-content-type-options', 'nosniff')
    if (hasETag(c.req.header('if-none-match'), etag)) return c.body(null, 304)
    return c.body(text, 200, { 'content-type': 'application/json' })
  })
}
