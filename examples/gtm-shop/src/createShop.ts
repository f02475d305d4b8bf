import type { ConsentState } from '@unblink/protocol'
import type { UnblinkServer } from '@unblink/server'
import { Hono, type Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { findProduct, isCategory } from './catalog.ts'
import { renderHead } from './renderHead.ts'
import { renderCart, renderCategory, renderHome, renderProduct, renderThanks, type Frame } from './renderPages.ts'
import { readShopSwitch, type ShopSwitch } from './shopSwitch.ts'

export interface ShopOptions {
  readonly unblink: Pick<UnblinkServer, 'app'>
  /** The snippet and the runtime's element, for the pages that have them in their head and a visitor who has said so. */
  readonly renderSnippet: (consent: ConsentState) => string
  /** Texts of files: the template to import, the script that plays GTM, and what the pages fetch. */
  readonly files: {
    readonly template: string
    readonly container: string
    readonly script: string
    readonly style: string
  }
}

/** Origin that the container believes the shop to have: GTM injects scripts from https: only, and this shop has no certificate. */
const ORIGIN = 'https://northpath.example'
/** The wishes that hold until another is made. */
const KEPT = ['start', 'consent', 'gtm'] as const

/** As a marketer would fill the template's fields in. */
const toTags = (late: ShopSwitch['late']) => [
  {
    name: 'Unblink',
    on: 'gtm.js',
    fields: {
      action: 'start',
      key: 'pk_gtm_shop',
      base: '/u',
      slots: [
        { name: 'home.hero', selector: '', deadlineMs: '', late },
        { name: 'home.note', selector: '', deadlineMs: '', late: 'keep' },
      ],
      consent: 'google',
      layers: 'dataLayer',
      debug: false,
    },
  },
]

/** A shop with GA4's e-commerce events in its pages and Unblink in its tag manager, mounted at `/u`. */
export function createShop({ unblink, renderSnippet, files }: ShopOptions): Hono {
  const shop = new Hono()

  const readSwitch = (c: Context) => readShopSwitch((name) => c.req.query(name) ?? getCookie(c, name))
  const send = (c: Context, render: (frame: Frame) => string, status: 200 | 404 = 200) => {
    const state = readSwitch(c)
    for (const name of KEPT)
      if (c.req.query(name)) setCookie(c, name, state[name], { path: '/', sameSite: 'Lax', maxAge: 31_536_000 })
    // Not no-store: some engines keep such pages out of the back/forward cache.
    c.header('Cache-Control', 'private, no-cache')
    const head = renderHead(state, renderSnippet(state.consent === 'ask' ? 'pending' : state.consent))
    return c.html(render({ head, shop: state }), status)
  }

  shop.get('/', (c) => send(c, renderHome))
  shop.get('/c/:id', (c) => {
    const id = c.req.param('id')
    return isCategory(id) ? send(c, (frame) => renderCategory(frame, id)) : c.notFound()
  })
  shop.get('/p/:id', (c) => {
    const product = findProduct(c.req.param('id'))
    return product ? send(c, (frame) => renderProduct(frame, product)) : c.notFound()
  })
  shop.get('/cart', (c) => send(c, renderCart))
  shop.get('/thanks', (c) => send(c, renderThanks))

  const sendFile = (c: Context, text: string, type: string) =>
    c.body(text, 200, {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    })
  shop.get('/shop.css', (c) => sendFile(c, files.style, 'text/css'))
  shop.get('/shop.js', (c) => sendFile(c, files.script, 'text/javascript'))
  /** What www.googletagmanager.com would send: a container with one tag, made of the template. */
  shop.get('/gtm.js', (c) => {
    const { late } = readSwitch(c)
    const options = {
      id: c.req.query('id') ?? 'GTM-SHOP',
      template: files.template,
      tags: toTags(late),
      origin: ORIGIN,
    }
    return sendFile(c, `${files.container}\nstartContainer(${JSON.stringify(options)})\n`, 'text/javascript')
  })

  shop.route('/u', unblink.app)
  shop.notFound((c) => send(c, renderHome, 404))
  return shop
}
