import { serveAssets } from '@unblink-examples/kit'
import type { BuiltShop } from '@unblink-examples/kit/vite'
import type { Site, UnblinkServer } from '@unblink/server'
import { getBootConfig, injectHead } from '@unblink/snippet'
import { Hono } from 'hono'

export interface ShopOptions {
  readonly built: BuiltShop
  readonly site: Site
  /** Its server, mounted at `/u`. */
  readonly unblink: Pick<UnblinkServer, 'app'>
  /** Sends the page without the app's HTML, which is then rendered in the page only. @default false */
  readonly isClientOnly?: boolean
}

const PATHS = ['/', '/green-tea']

/** The shop as a web application. */
export function createShop({ built, site, unblink, isClientOnly = false }: ShopOptions): Hono {
  const template = injectHead(built.template, getBootConfig(site))
  const shop = new Hono()
  shop.route('/u', unblink.app)
  shop.route('/assets', serveAssets(built.assets))
  shop.get('*', async (c) => {
    const body = isClientOnly ? '' : await built.render(c.req.path)
    c.header('Cache-Control', 'private, no-cache')
    return c.html(
      template.replace('<!--app-->', () => body),
      PATHS.includes(c.req.path) ? 200 : 404,
    )
  })
  return shop
}
