import type { ConsoleMessage, Page } from '@playwright/test'
import { buildShop, type BuiltShop } from '@unblink-examples/kit/vite'
import type { Exposure } from '@unblink/protocol'
import { createServer, loadSite, type Site, type UnblinkServer } from '@unblink/server'
import { flickerMatchers } from '@unblink/testing'
import { Hono } from 'hono'
import { mkdtemp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect as baseExpect, test as base } from '@playwright/test'
import { startHttp } from './startHttp.ts'
import { readEvents } from './storedEvents.ts'

export type Framework = 'vue' | 'svelte'

/** What both examples' servers have in common. */
interface ShopModule {
  readonly createShop: (options: {
    built: BuiltShop
    site: Site
    unblink: Pick<UnblinkServer, 'app'>
    isClientOnly?: boolean
  }) => Hono
}

/** Where a request is kept until it is let go: the profile request, or the app's code. */
export type Gate = 'profile' | 'client'

/** An exposure as the collector has stored it. */
export interface StoredExposure extends Exposure {
  readonly view: string
}

export interface TestShop {
  /** With `csr`, the page is rendered in the browser only. */
  url(path?: string): string
  /** Keeps requests of this kind from now on. @returns Lets go of them, and of those to come. */
  hold(gate: Gate): () => void
  exposures(): readonly StoredExposure[]
  /** The views that the collector has heard of. */
  views(): readonly string[]
}

const SDK_DIR = dirname(createRequire(import.meta.url).resolve('@unblink/browser/unblink.js'))

/** The framework's own warnings are in the development build only. */
const mode = process.env['UNBLINK_BUILD'] === 'production' ? 'production' : 'development'

/** Everybody gets everything, and a busy machine has time for it. */
function toTestSite(site: Site, change: (site: Site) => Site): Site {
  const slots = Object.entries(site.slots).map(([name, slot]) => [name, { ...slot, deadlineMs: 3_000 }])
  const experiences = site.experiences
    .filter(({ id }) => id !== 'offer-returning')
    .map(({ audience: _, variants, ...experience }) => ({
      ...experience,
      variants: variants.filter(({ content }) => content),
    }))
  return change({ ...site, slots: Object.fromEntries(slots) as Site['slots'], experiences })
}

async function startShop(
  shop: ShopModule,
  built: BuiltShop,
  site: Site,
): Promise<TestShop & { close(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-e2e-'))
  const unblink = await createServer({ site, dataDir, sdkDir: SDK_DIR })
  const gates = new Map<Gate, Promise<void>>()
  const server = shop.createShop({ built, site, unblink })
  const clientOnly = shop.createShop({ built, site, unblink, isClientOnly: true })
  const app = new Hono()
  app.use('/u/v1/p', async (_, next) => {
    await gates.get('profile')
    await next()
  })
  app.use('/assets/*', async (c, next) => {
    if (c.req.path.endsWith('.js')) await gates.get('client')
    await next()
  })
  app.all('/*', (c) => (c.req.query('csr') === undefined ? server : clientOnly).fetch(c.req.raw, c.env))
  const http = await startHttp(app.fetch)
  return {
    url: (path = '/') => `http://127.0.0.1:${http.port}${path}`,
    hold(gate) {
      let release = () => {}
      gates.set(gate, new Promise((resolve) => (release = resolve)))
      return () => release()
    },
    exposures: () => readEvents(dataDir, 'exposure').map(({ p, pv }) => ({ ...p, view: pv })),
    views: () => readEvents(dataDir, 'page_view').map(({ pv }) => pv),
    close: () => http.close(dataDir, unblink),
  }
}

/** Keeps the exposures that the runtime tracks, from the first on. Runs in the page, before the snippet. */
function keepTold(): void {
  const told: unknown[] = []
  Object.defineProperty(window, 'unblink', {
    configurable: true,
    set(value: { onTracked?: (event: { t: string; p: unknown }) => void }) {
      Object.defineProperty(window, 'unblink', { value, configurable: true, writable: true })
      value.onTracked = ({ t, p }) => {
        if (t === 'exposure') told.push(p)
      }
    },
  })
  Object.assign(window, { told })
}

/** Waits until the page has told of so many exposures since the last time. */
export const untilTold = (page: Page, count: number) =>
  page.waitForFunction((all) => {
    const { told } = window as unknown as { told: unknown[] }
    return told.length >= all && told.splice(0)
  }, count)

type Start = (change?: (site: Site) => Site) => Promise<TestShop>

/** Tests of one framework's example: built once a worker, with a server and database of its own for each test. */
export const createShopTest = (framework: Framework) =>
  base.extend<{ start: Start; shop: TestShop; heard: readonly string[] }, { built: readonly [ShopModule, BuiltShop] }>({
    built: [
      // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
      async ({}, use, { parallelIndex }) => {
        const root = new URL(`../../examples/${framework}-shop/`, import.meta.url)
        const outDir = fileURLToPath(new URL(`dist/e2e-${mode}-${parallelIndex}`, root))
        const shop = (await import(new URL('dist/createShop.js', root).href)) as ShopModule
        await use([shop, await buildShop({ root, mode, outDir })])
      },
      { scope: 'worker', timeout: 120_000 },
    ],
    start: async ({ built: [shop, built] }, use) => {
      const loaded = await loadSite(
        fileURLToPath(new URL(`../../examples/${framework}-shop/unblink.config.ts`, import.meta.url)),
      )
      if (!loaded.ok) throw new Error(loaded.error)
      const shops: Awaited<ReturnType<typeof startShop>>[] = []
      await use(async (change = (site) => site) => {
        const started = await startShop(shop, built, toTestSite(loaded.value, change))
        shops.push(started)
        return started
      })
      for (const started of shops) await started.close()
    },
    shop: async ({ start }, use) => use(await start()),
    /** What a developer would read in the console: warnings, errors, and what nobody caught. */
    heard: async ({ page }, use) => {
      await page.addInitScript(keepTold)
      const heard: string[] = []
      const listen = (message: ConsoleMessage) => {
        if (['warning', 'error'].includes(message.type())) heard.push(message.text())
      }
      page.on('console', listen)
      page.on('pageerror', (error) => heard.push(String(error)))
      await use(heard)
    },
  })

export const expect = baseExpect.extend(flickerMatchers)

export const slotOf = (page: Page, name: string) => page.locator(`[data-unblink="${name}"]`)

/** Waits until the snippet has shown these slots, and a moment longer, for what must not follow. */
export async function untilShown(page: Page, names: readonly string[]): Promise<void> {
  await page.waitForFunction((all) => all.every((name) => window.unblink!.slots[name]!.state > 1), names)
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

/** Leaves the page, so that it sends what it has, and waits until the collector holds so many exposures. */
export async function leave(page: Page, shop: TestShop, count: number): Promise<readonly StoredExposure[]> {
  await page.goto('about:blank')
  await expect.poll(() => shop.exposures().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count)
  return shop.exposures()
}
