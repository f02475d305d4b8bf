import { mkdtemp, rm } from 'node:fs/promises'
import type { Http2SecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import type { BrowserContext, Page } from '@playwright/test'
import worker from '@unblink-examples/edge-worker'
import type { Site, UnblinkServer } from '@unblink/server'
import { Hono } from 'hono'
import { createCertificate } from '../support/routingCertificate.ts'
import { findPort, FRONTS, startRewrite } from '../support/routingFronts.ts'
import { readRecipe, runRecipe } from '../support/routingRecipe.ts'
import {
  listenTo,
  renderHead,
  renderPage,
  RUNTIME,
  startUnblink,
  type RoutedUnblink,
} from '../support/routingUnblink.ts'
import { sendNow } from '../support/sendNow.ts'
import { expect, readSlot, test as base } from '../support/site.ts'

interface Closable {
  close(): unknown
}

const test = base.extend<{ unblink: RoutedUnblink; folder: string; keep: <T extends Closable>(opened: T) => T }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
  unblink: async ({}, use) => {
    const unblink = await startUnblink()
    await use(unblink)
    await unblink.close()
  },
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'unblink-routing-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  /** What is opened by this is closed at the end, also of a test that fails: programs would outlive it. */
  keep: async ({ unblink, folder }, use) => {
    const opened: Closable[] = []
    await use((one) => {
      opened.push(one)
      return one
    })
    for (const one of opened.reverse()) await one.close()
    // Named so that both are closed after what was opened with them.
    void [unblink, folder]
  },
})
test.use({ ignoreHTTPSErrors: true })

const isShown = async (page: Page) => {
  const { text, isVisible } = await readSlot(page, 'hero')
  return isVisible && text === 'VariantGo on'
}

const readVisitor = async (context: BrowserContext) => (await context.cookies()).find(({ name }) => name === 'ub_v')

/** Opens the page and sees the variant in it; gives the cookie. */
async function openPage(page: Page, url: string) {
  await page.goto(url)
  await expect.poll(() => isShown(page), { message: 'the variant is shown' }).toBe(true)
  const cookie = await readVisitor(page.context())
  expect(cookie, 'the cookie of this site').toMatchObject({ domain: '127.0.0.1', httpOnly: true, sameSite: 'Lax' })
  expect(cookie!.secure).toBe(url.startsWith('https:'))
  return cookie!.value
}

for (const { name, missing, start } of FRONTS) {
  const declare = missing ? test.skip : test
  declare(
    `first-party through ${name}${missing ? ` (${missing})` : ''}`,
    async ({ page, context, unblink, folder, keep }) => {
      const front = keep(await start({ unblink: unblink.url, page: renderPage(renderHead(unblink)), folder }))
      const setCookies = (cookies: Readonly<Record<string, string>>) =>
        context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: front.url })))
      await setCookies({ session: 'secret', xub_v: 'secret' })
      const visitor = await openPage(page, `${front.url}/`)
      await sendNow(page)
      const [exposure] = await unblink.waitForExposures(1)
      expect(exposure).toMatchObject({ visitor, payload: { slot: 'hero', experience: 'welcome', outcome: 'variant' } })
      expect(unblink.getProfileRequests()).toHaveLength(1)
      expect(unblink.getProfileRequests()[0]).toMatchObject({ line: 'POST /v1/p', cookie: undefined })

      expect(await openPage(page, `${front.url}/`)).toBe(visitor)
      expect(unblink.getProfileRequests()).toHaveLength(2)
      // What was behind the visitor's cookie may leave its semicolon.
      expect(unblink.getProfileRequests()[1]!.cookie?.replace(/;$/, '')).toBe(`ub_v=${visitor}`)

      // The cookie of a preview, beside the visitor's and alone.
      const preview = `${'A'.repeat(200)}.b-_`
      await setCookies({ ub_o: preview })
      const getCookies = async () => {
        expect((await page.request.get(`${front.url}/u/health`)).status()).toBe(200)
        return unblink.requests.at(-1)!.cookie?.split(/; */).filter(Boolean).sort()
      }
      expect(await getCookies()).toEqual([`ub_o=${preview}`, `ub_v=${visitor}`])
      await context.clearCookies({ name: 'ub_v' })
      expect(await getCookies()).toEqual([`ub_o=${preview}`])
      expect(JSON.stringify(unblink.requests), 'cookies of the site').not.toContain('secret')
    },
  )
}

test('first-party through either of Netlify’s rewrites, once the site is listed in `origins`', async ({
  page,
  context,
  unblink,
  keep,
}) => {
  const [line] = await readRecipe('netlify.md', 'text _redirects')
  const [table] = await readRecipe('netlify.md', 'toml')
  const [from = '', to = '', status] = line!.trim().split(/\s+/)
  const read = (name: string) => new RegExp(`^${name} = "?([^"\n]+)"?$`, 'm').exec(table!)?.[1]
  expect([read('from'), read('to'), read('status')], 'both recipes say the same').toEqual([from, to, status])
  expect(status).toBe('200')

  const port = await findPort()
  const listed = keep(await startUnblink([`http://127.0.0.1:${port}`]))
  const toTarget = (url: string) => [from, to.replace('https://unblink.example', url)] as const
  const unlisted = keep(await startRewrite(toTarget(unblink.url), '', 0))
  const asked = { v: 1, key: 'pk_routed', slots: {}, consent: { personalization: 'granted' } }
  const init = { method: 'POST', body: JSON.stringify(asked), headers: { origin: unlisted.url } }
  expect((await fetch(`${unlisted.url}/u/v1/p`, init)).status, 'without it').toBe(403)

  const front = keep(await startRewrite(toTarget(listed.url), renderPage(renderHead(listed)), port))
  await context.addCookies([{ name: 'session', value: 'secret', url: front.url }])
  const visitor = await openPage(page, `${front.url}/`)
  await sendNow(page)
  const [exposure] = await listed.waitForExposures(1)
  expect(exposure).toMatchObject({ visitor, payload: { slot: 'hero', outcome: 'variant' } })
  expect(await openPage(page, `${front.url}/`)).toBe(visitor)
  expect(JSON.stringify(listed.requests), 'what the recipe warns of').toContain('secret')
})

test('E4 a page that names itself to nobody, behind a rewrite that changes the host, is known by the browser’s word', async ({
  page,
  unblink,
  keep,
}) => {
  const head = `<meta name="referrer" content="no-referrer">${renderHead(unblink)}`
  const front = keep(await startRewrite(['/u/*', `${unblink.url}/:splat`], renderPage(head), 0))
  const visitor = await openPage(page, `${front.url}/`)
  await sendNow(page)
  const [exposure] = await unblink.waitForExposures(1)
  expect(exposure).toMatchObject({ visitor, payload: { slot: 'hero', outcome: 'variant' } })

  // As a beacon of such a page: its origin is `null`.
  const init = { method: 'POST', mode: 'no-cors', body: '{}' } as const
  const status = page.evaluate(async (given) => (await fetch('/u/v1/e', given)).status, init)
  expect(await status, 'read, and found to be no batch').toBe(400)
})

/** The Early Hints recipe's origin, with the server mounted at /u; `getPageAt` says when the last page was ready. */
async function startHintingOrigin(unblink: RoutedUnblink, folder: string) {
  interface Recipe {
    createOrigin(options: {
      key: Buffer
      cert: Buffer
      site: Site
      renderPage: (head: string) => Promise<string>
      answerRest: ReturnType<typeof getRequestListener>
    }): Http2SecureServer
  }
  const [code] = await readRecipe('early-hints.md', 'js early-hints')
  const { createOrigin } = await runRecipe<Recipe>(code!)
  const certificate = await createCertificate(folder)
  const rest = new Hono().route('/u', unblink.app)
  let pageAt = 0
  const server = createOrigin({
    ...certificate,
    site: unblink.site,
    async renderPage(head) {
      // What the origin needs for a page, and the hint gains.
      await sleep(300)
      pageAt = performance.now()
      return renderPage(head + RUNTIME)
    },
    answerRest: getRequestListener(rest.fetch),
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    keyHash: certificate.keyHash,
    getPageAt: () => pageAt,
    close: () => server.close(),
  }
}

test('Early Hints: one request, sent before there is a page', async ({
  playwright,
  browserName,
  channel,
  launchOptions,
  unblink,
  folder,
  keep,
}) => {
  const origin = keep(await startHintingOrigin(unblink, folder))
  const launched = await playwright[browserName].launch({
    ...launchOptions,
    ...(channel && { channel }),
    // Chromium keeps nothing from a server whose certificate it only ignores, so this one is made sound.
    args: [
      ...(launchOptions.args ?? []),
      ...(browserName === 'chromium' ? [`--ignore-certificate-errors-spki-list=${origin.keyHash}`] : []),
    ],
  })
  const browser = keep(launched)
  let hinted = 0
  let loads = 0
  // Chromium does not act on every hint (about one of eight is let go), and then asks as it would without.
  while (!hinted && loads < 10) {
    const context = await browser.newContext({ ignoreHTTPSErrors: browserName !== 'chromium' })
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    const before = unblink.getProfileRequests().length
    const visitor = await openPage(page, origin.url)
    await sendNow(page)
    const exposures = await unblink.waitForExposures(++loads)
    expect(exposures.at(-1)).toMatchObject({ visitor, payload: { slot: 'hero', outcome: 'variant' } })
    const asked = unblink.getProfileRequests().slice(before)
    expect(asked.map(({ line }) => line)).toEqual(['GET /u/v1/p'])
    if (asked[0]!.at < origin.getPageAt()) hinted++
    expect(errors).toEqual([])
    await context.close()
  }
  expect(hinted, `a hint that was acted on, in ${loads} loads`).toBe(1)
})

test('streamed by the origin: the page brings its decision and asks for none', async ({ page, unblink, keep }) => {
  interface Recipe {
    mountPage(options: { app: Hono; unblink: UnblinkServer; site: Site; renderRest: (head: string) => string }): void
  }
  const [code] = await readRecipe('streamed.md', 'js streamed')
  const { mountPage } = await runRecipe<Recipe>(code!)
  const app = new Hono().route('/u', unblink.app)
  const renderRest = (head: string) => renderPage(head + RUNTIME)
  mountPage({ app, unblink: unblink.server, site: unblink.site, renderRest })
  const front = keep(await listenTo(getRequestListener(app.fetch)))

  const visitor = await openPage(page, `${front.url}/`)
  const hiddenAt = await page.evaluate(() => window.unblink!.slots['hero']!.hiddenAt)
  expect(hiddenAt, 'a slot whose decision comes before it is never hidden').toBeUndefined()
  await sendNow(page)
  const [exposure] = await unblink.waitForExposures(1)
  expect(exposure).toMatchObject({ visitor, payload: { slot: 'hero', experience: 'welcome', outcome: 'variant' } })
  expect(await openPage(page, `${front.url}/`)).toBe(visitor)
  expect(unblink.getProfileRequests()).toEqual([])
})

test('streamed by a worker in front of the origin: it asks once for each page', async ({
  page,
  context,
  unblink,
  keep,
}) => {
  const html = renderPage(`${renderHead(unblink, '')}<!--unblink-reply-->`)
  const origin = { fetch: () => new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } }) }
  const env = { KEY: unblink.site.keys.browser, UNBLINK: unblink.url, ORIGIN: origin, MAX_WAIT_MS: 5_000 }
  const front = keep(await listenTo(getRequestListener((request) => worker.fetch(request, env))))
  await context.addCookies([{ name: 'session', value: 'secret', url: front.url }])

  const visitor = await openPage(page, `${front.url}/`)
  await sendNow(page)
  const [exposure] = await unblink.waitForExposures(1)
  expect(exposure).toMatchObject({ visitor, payload: { slot: 'hero', experience: 'welcome', outcome: 'variant' } })
  expect(await openPage(page, `${front.url}/`)).toBe(visitor)
  expect(unblink.getProfileRequests().map(({ line }) => line)).toEqual(['GET /v1/p', 'GET /v1/p'])
  expect(JSON.stringify(unblink.requests), 'cookies of the site').not.toContain('secret')
})
