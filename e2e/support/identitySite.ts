import { createProof, createServer, parseSite, type SiteInput, type UnblinkServer } from '@unblink/server'
import { renderSnippet } from '@unblink/snippet'
import { Hono } from 'hono'
import { mkdtemp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test as base } from './site.ts'
import { startHttp } from './startHttp.ts'
import { queryStored } from './storedEvents.ts'

const SDK_DIR = dirname(createRequire(import.meta.url).resolve('@unblink/browser/unblink.js'))
const SERVER_KEY = 'sk_test_0123456789'

/** One request of a page to the server, as it came over the wire. */
export interface Heard {
  readonly path: string
  readonly host: string
  readonly cookie: string
  readonly body: string
  readonly setCookie: readonly string[]
}

export interface IdentitySite {
  /** Address of a page of a host: every host of this machine shows it. */
  url(path?: string, host?: string): string
  readonly heard: Heard[]
  readonly server: UnblinkServer
  /** What the site's own backend would sign. */
  prove(user: string, visitor: string): string
  /** The column of all rows, read from the database file itself. */
  rows(sql: string): readonly Record<string, unknown>[]
  close(): Promise<void>
}

export interface IdentityOptions extends Partial<SiteInput> {
  /** Host of this machine where the server is, as the pages have it. @default the page's own, under /u */
  readonly serverHost?: string
  /** What is in the body below the slots. */
  readonly body?: string
}

const variants = (text: string) => [{ id: 'v', content: { text } }]

/** Hero: everyone's, without an audience. Offer: for those who have reached the goal, on whatever device. Help: nothing. */
const SITE: SiteInput = {
  id: 'test',
  keys: { browser: 'pk_test', server: SERVER_KEY },
  consent: { personalization: 'granted', analytics: 'granted' },
  slots: { hero: { deadlineMs: 3_000 }, offer: { deadlineMs: 3_000 }, help: { deadlineMs: 3_000 } },
  audiences: { customers: { 'goals.bought': { $gte: 1 } } },
  goals: { bought: {} },
  experiences: [
    { id: 'welcome', slot: 'hero', kind: 'personalization', variants: variants('Welcome') },
    { id: 'thanks', slot: 'offer', kind: 'personalization', audience: 'customers', variants: variants('Thank you') },
  ],
}

/** Runs the real server beside a page, and writes down what is said between the two. */
export async function startIdentitySite({ serverHost, body = '', ...rules }: IdentityOptions): Promise<IdentitySite> {
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-e2e-'))
  const app = new Hono()
  const http = await startHttp(app.fetch)
  const toOrigin = (host: string) => `http://${host}:${http.port}`
  const site = parseSite({ ...SITE, origins: serverHost ? [toOrigin('localhost')] : [], ...rules })
  if (!site.ok) throw new Error(site.error)
  const { consent, slots } = site.value
  const base = serverHost ? `${toOrigin(serverHost)}/u` : '/u'
  const { html } = renderSnippet({ key: 'pk_test', base, consent, slots })
  const server = await createServer({ site: site.value, dataDir, sdkDir: SDK_DIR })
  const heard: Heard[] = []

  app.use('/u/v1/*', async (c, next) => {
    const sent = await c.req.raw.clone().text()
    await next()
    const { pathname: path, host } = new URL(c.req.url)
    heard.push({
      path,
      host,
      cookie: c.req.header('cookie') ?? '',
      body: sent,
      setCookie: c.res.headers.getSetCookie(),
    })
  })
  app.route('/u', server.app)
  app.get('/*', (c) =>
    c.html(`<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>Page</title>
${html}<script async src="${base}/unblink.js"></script><style>section { min-height: 60px }</style></head>
<body><h1>Page</h1><section data-unblink="hero" aria-label="Banner">Hero default</section>
<section data-unblink="offer"><h2>Our offer</h2></section><section data-unblink="help">Help default</section>
<form><input name="q" aria-label="Search"><button type="button">Go</button></form>${body}</body></html>`),
  )

  return {
    url: (path = '/', host = '127.0.0.1') => toOrigin(host) + path,
    heard,
    server,
    prove: (user, visitor) => createProof({ site: site.value.id, user, visitor, secret: SERVER_KEY }),
    rows: (sql) => queryStored(dataDir, sql) as readonly Record<string, unknown>[],
    close: () => http.close(dataDir, server),
  }
}

/** Playwright's `test` with `open`, which runs a site until the test ends. */
export const test = base.extend<{ open: (options?: IdentityOptions) => Promise<IdentitySite> }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
  open: async ({}, use) => {
    const sites: IdentitySite[] = []
    await use(async (options = {}) => {
      const site = await startIdentitySite(options)
      sites.push(site)
      return site
    })
    for (const site of sites) await site.close()
  },
})
export { expect }
