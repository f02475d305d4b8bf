import type { Hono } from 'hono'
import { generateCookie } from 'hono/cookie'
import { getPublicUrl } from '../http/getPublicUrl.ts'
import { refuse } from '../http/refuse.ts'
import { parsePreviewToken } from '../preview/previewToken.ts'
import { PREVIEW_COOKIE } from '../preview/readOverrides.ts'
import type { ServerContext } from '../serverContext.ts'

const HERE = 'http://here.invalid'

/** Where to go on to. What is of this origin stays relative: behind a proxy, only the browser knows the origin's name. */
function getTarget(to: string, origins: readonly string[]): string | undefined {
  if (!URL.canParse(to, HERE)) return undefined
  const { origin, href } = new URL(to, HERE)
  if (origin === HERE) return href.slice(HERE.length)
  return origins.includes(origin) ? href : undefined
}

/**
 * `GET /v1/preview?show=…&to=/path`: begins a preview in this browser and goes on to the page; without `show`, ends it. What
 * to show is signed with the server key, so nobody else can make a link that changes what a visitor sees.
 */
export function addPreviewRoute(app: Hono, context: ServerContext): void {
  app.get('/v1/preview', (c) => {
    const { site } = context.publication
    const { show, to = '/' } = c.req.query()
    const target = getTarget(to, site.origins)
    if (target === undefined)
      return refuse(c, 400, 'schema', 'to: expected a path, or an address of one of the site’s origins.')
    const now = context.now()
    const preview = show && site.keys.server ? parsePreviewToken(show, site.id, site.keys.server, now) : undefined
    if (show && !preview)
      return refuse(c, 403, 'preview', 'The link is over, or not signed with this site’s server key. Make a new one.')

    const url = getPublicUrl(c.req.url, (name) => c.req.header(name), context.trustProxy)
    const shared = { path: '/', sameSite: 'Lax', secure: url.protocol === 'https:' } as const
    const maxAge = preview ? Math.ceil((preview.until - now) / 1_000) : 0
    c.header('set-cookie', generateCookie(PREVIEW_COOKIE, show ?? '', { ...shared, httpOnly: true, maxAge }), {
      append: true,
    })
    // Without this cookie the snippet does not look for remembered decisions, which would come before the server's.
    c.header('set-cookie', generateCookie('unblink', '', { ...shared, maxAge: 0 }), { append: true })
    c.header('cache-control', 'no-store')
    return c.redirect(target, 303)
  })
}
