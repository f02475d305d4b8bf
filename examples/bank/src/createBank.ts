import { setTimeout as sleep } from 'node:timers/promises'
import type { UnblinkServer } from '@unblink/server'
import { Hono, type Context, type Next } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import { PROFILE_DELAYS_MS, parseDemoSwitch, toCookie, withQuery } from './demoSwitch.ts'
import { findVisitor, isVisitorKind, type VisitorKind } from './findVisitor.ts'
import { ASSETS, PAGES, readPage, readPageFile, renderPage } from './pages.ts'
import { streamChunks } from './streamChunks.ts'

/** What the bank needs of an Unblink server that runs in the same process. */
export type Unblink = Pick<UnblinkServer, 'app' | 'decideFor' | 'setAttributes'>

export interface BankOptions {
  readonly unblink: Unblink
  /** The snippet, ready-made HTML for the top of each page's head. */
  readonly head: string
  /** The same for visitors who have switched personalisation off in the panel. @default the same */
  readonly headWhenOff?: string
  /** The runtime's script tag, for the end of each page's head: the styles are asked for first. */
  readonly headEnd: string
  /** Milliseconds between two pieces of a page; a request may say `?drip=MS`, up to 2000. @default 15 */
  readonly dripMs?: number
  /** Lets go of held profile requests, so that a server can close. */
  readonly signal?: AbortSignal
}

const PRODUCTS: readonly string[] = ['current', 'mortgage', 'card', 'savings']
const SESSION_COOKIE = 'bank_session'
const DEMO_COOKIE = 'demo'
/** What the visitor has chosen in the panel: kept by the bank, because Unblink keeps nothing of who says no. */
const CONSENT_COOKIE = 'bank_consent'
const VISITOR_COOKIE = 'ub_v'
const MEMORY_COOKIE = 'unblink'
const MAX_DRIP_MS = 2000
const MAX_HOLD_MS = 30_000
const NAIVE_HEAD = '<script async src="/naive.js"></script>'

/** Waits, but not longer than any of the signals lasts. */
const hold = (ms: number, signals: readonly AbortSignal[]): Promise<void> =>
  sleep(ms, undefined, { signal: AbortSignal.any([...signals]) }).catch(() => {})

const readHoldings = (c: Context): readonly string[] =>
  (getCookie(c, SESSION_COOKIE) ?? '').split('.').filter((product) => PRODUCTS.includes(product))

const readDrip = (c: Context, fallback: number): number => {
  const asked = c.req.query('drip')
  return asked && /^\d+$/.test(asked) ? Math.min(Number(asked), MAX_DRIP_MS) : fallback
}

/**
 * A small bank as a web application: streamed pages, a log-in, and Unblink mounted at `/u`.
 * Pages are read once, here; throws when one is missing.
 */
export function createBank({ unblink, head, headWhenOff = head, headEnd, dripMs = 15, signal }: BankOptions): Hono {
  const bank = new Hono()
  const pages = Object.entries(PAGES).map(([path, name]) => [path, readPage(name)] as const)
  const missing = readPage('404')

  /** Gives this browser another visitor id, and an address without the wish, so that a reload does not ask again. */
  const sendAsSomebodyElse = async (c: Context, kind: VisitorKind) => {
    setCookie(c, VISITOR_COOKIE, await findVisitor(kind, unblink), { path: '/', httpOnly: true, sameSite: 'Lax' })
    // What the page remembers was decided for another.
    deleteCookie(c, MEMORY_COOKIE, { path: '/' })
    return c.redirect(c.req.path, 303)
  }

  const sendPage = (c: Context, page: string, status: 200 | 404) => {
    const kind = c.req.query('visitor')
    if (isVisitorKind(kind)) return sendAsSomebodyElse(c, kind)
    const before = parseDemoSwitch(getCookie(c, DEMO_COOKIE))
    const demo = withQuery(before, new URL(c.req.url).searchParams)
    const value = toCookie(demo)
    if (value) setCookie(c, DEMO_COOKIE, value, { path: '/', sameSite: 'Lax' })
    else if (toCookie(before)) deleteCookie(c, DEMO_COOKIE, { path: '/' })
    const ownHead = getCookie(c, CONSENT_COOKIE) === 'denied' ? headWhenOff : head
    const chunks = renderPage(page, {
      ...(demo.unblink === 'off' ? { head: NAIVE_HEAD } : { head: ownHead, headEnd }),
      path: c.req.path,
      demo,
      holdings: readHoldings(c),
    })
    c.header('Content-Type', 'text/html; charset=utf-8')
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'strict-origin-when-cross-origin')
    // Not no-store: some engines keep such pages out of the back/forward cache.
    c.header('Cache-Control', 'private, no-cache')
    return c.body(streamChunks(chunks, readDrip(c, dripMs)), status)
  }

  /** What a bank's own backend does after a log-in; personalisation being down must not keep anyone from logging in. */
  const tellHoldings = async (c: Context, holdings: readonly string[]) => {
    const visitor = getCookie(c, VISITOR_COOKIE)
    if (!visitor) return
    try {
      await unblink.setAttributes(visitor, { holdings })
    } catch (error) {
      console.error('[bank] The holdings did not reach the profile; the log-in goes on without.', error)
    }
  }

  for (const [path, page] of pages) bank.get(path, (c) => sendPage(c, page, 200))
  for (const [path, type] of Object.entries(ASSETS)) {
    const text = readPageFile(path.slice(1))
    bank.get(path, (c) =>
      c.body(text, 200, {
        'Content-Type': type,
        'Cache-Control': 'public, max-age=60',
        'X-Content-Type-Options': 'nosniff',
      }),
    )
  }

  bank.post('/login', csrf(), async (c) => {
    const { holdings: chosen = [] } = await c.req.parseBody({ all: true })
    const holdings = PRODUCTS.filter((product) => [chosen].flat().includes(product))
    setCookie(c, SESSION_COOKIE, holdings.join('.'), { path: '/', httpOnly: true, sameSite: 'Lax' })
    await tellHoldings(c, holdings)
    return c.redirect('/', 303)
  })
  bank.post('/logout', csrf(), async (c) => {
    deleteCookie(c, SESSION_COOKIE, { path: '/' })
    await tellHoldings(c, [])
    return c.redirect('/', 303)
  })

  // Only the demonstration slows its own profile API down.
  bank.use('/u/v1/p', async (c: Context, next: Next) => {
    const delayMs = PROFILE_DELAYS_MS[parseDemoSwitch(getCookie(c, DEMO_COOKIE)).profile]
    const signals = signal ? [c.req.raw.signal, signal] : [c.req.raw.signal]
    if (delayMs) await hold(Math.min(delayMs, MAX_HOLD_MS), signals)
    if (delayMs === Infinity) return c.text('held for the demonstration', 504)
    return next()
  })
  bank.route('/u', unblink.app)

  bank.notFound((c) => sendPage(c, missing, 404))
  return bank
}
