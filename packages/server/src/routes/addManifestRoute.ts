import type { Context, Hono } from 'hono'
import { admit } from '../http/admit.ts'
import { hasETag } from '../http/hasETag.ts'
import { refuse } from '../http/refuse.ts'
import type { ServerContext } from '../serverContext.ts'
import type { Publication } from '../site/publish.ts'

/** Earlier manifests that pages may still ask for, because they have a reply that names them. */
const KEPT = 16

/**
 * `GET /v1/m?key=`: the site's rules, cacheable for a minute and then by version. `GET /v1/m/<version>?key=`: the rules of
 * one version, which never change; also those of the last few before it.
 */
export function addManifestRoute(app: Hono, context: ServerContext): void {
  const texts = new Map<string, string>()

  const getText = ({ manifest }: Publication): string => {
    const kept = texts.get(manifest.version)
    if (kept !== undefined) return kept
    const text = JSON.stringify(manifest)
    texts.set(manifest.version, text)
    const [oldest] = texts.keys()
    if (texts.size > KEPT && oldest !== undefined) texts.delete(oldest)
    return text
  }

  const answer = (c: Context, version: string, text: string, cacheControl: string): Response => {
    const etag = `"${version}"`
    c.header('etag', etag)
    c.header('cache-control', cacheControl)
    c.header('x-content-type-options', 'nosniff')
    if (hasETag(c.req.header('if-none-match'), etag)) return c.body(null, 304)
    return c.body(text, 200, { 'content-type': 'application/json' })
  }

  const refuseUnlessOurs = (c: Context, { site }: Publication): Response | undefined => {
    // Nothing of a visitor is in it, and caches in between fetch it for everybody.
    const refused = admit(c, { listed: site.origins, trustProxy: context.trustProxy, isOpen: true })
    if (refused) return refused
    return c.req.query('key') === site.keys.browser
      ? undefined
      : refuse(c, 403, 'key', 'The key is not this site’s browser key.')
  }

  context.onPublish(getText)

  app.get('/v1/m', (c) => {
    const { publication } = context
    return (
      refuseUnlessOurs(c, publication) ??
      answer(c, publication.manifest.version, getText(publication), 'public, max-age=60')
    )
  })

  app.get('/v1/m/:version', (c) => {
    const refused = refuseUnlessOurs(c, context.publication)
    if (refused) return refused
    const version = c.req.param('version')
    const text = texts.get(version)
    if (text !== undefined) return answer(c, version, text, 'public, max-age=31536000, immutable')
    c.header('cache-control', 'no-store')
    return refuse(c, 404, 'version', 'This version is not kept any more. Ask GET /v1/m for the one in force.')
  })
}
