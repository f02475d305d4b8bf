import { Readable } from 'node:stream'
import { serveStatic } from '@hono/node-server/serve-static'
import type { UnblinkServer } from '@unblink/server'
import type { Head } from '@unblink/snippet'
import { Hono } from 'hono'
import { deleteCookie, getCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import { getTitle, isCategory } from './products.ts'
import { renderShop } from './renderShop.tsx'

export interface ShopOptions {
  readonly unblink: Pick<UnblinkServer, 'app' | 'setAttributes'>
  /** The snippet, for the top of each page's head, and the runtime's script tag, for its end. */
  readonly head: Pick<Head, 'snippetHtml' | 'runtimeHtml'>
  /** Folder that `vite build` has written. */
  readonly clientDir: string
}

/** A shop as a web application: streamed React pages, and Unblink mounted at `/u`. */
export function createShop({ unblink, head, clientDir }: ShopOptions): Hono {
  const shop = new Hono()
  shop.route('/u', unblink.app)

  const files = serveStatic({
    root: clientDir,
    onFound: (_path, c) => c.header('Cache-Control', 'public, max-age=60'),
  })
  for (const path of ['/assets/*', '/art/*', '/shop.css', '/favicon.svg']) shop.get(path, files)

  // What somebody tells the shop about themselves goes straight into their profile.
  shop.post('/favourite', csrf(), async (c) => {
    const { favourite } = await c.req.parseBody()
    const visitor = getCookie(c, 'ub_v')
    if (visitor && typeof favourite === 'string' && isCategory(favourite)) {
      await unblink.setAttributes(visitor, { favourite }).catch((error: unknown) => {
        console.error('[shop] The favourite did not reach the profile; the shop goes on without.', error)
      })
      // What the page remembers was decided before.
      deleteCookie(c, 'unblink', { path: '/' })
    }
    return c.redirect('/', 303)
  })

  shop.get('*', async (c) => {
    const { path } = c.req
    const title = getTitle(path)
    const page = await renderShop({
      path,
      before: `<!doctype html><html lang="en"><head><meta charset="utf-8">${head.snippetHtml}
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title ?? 'Nothing here – Larder Lane'}</title>
<link rel="icon" href="/favicon.svg"><link rel="stylesheet" href="/shop.css"><link rel="modulepreload" href="/assets/shop.js">
${head.runtimeHtml}</head>
<body><div id="root">`,
      after: `</div><script type="module" src="/assets/shop.js"></script></body></html>`,
    })
    c.header('Content-Type', 'text/html; charset=utf-8')
    c.header('Cache-Control', 'private, no-cache')
    return c.body(Readable.toWeb(page) as ReadableStream, title ? 200 : 404)
  })
  return shop
}
