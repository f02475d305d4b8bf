import type { Page } from '@playwright/test'
import type { EventType } from '@unblink/protocol'
import { createServer, parseSite, type SiteInput } from '@unblink/server'
import { getBootConfig, getIntegrity, type HeadOptions } from '@unblink/snippet'
import { Hono } from 'hono'
import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test as base } from './site.ts'
import { startHttp } from './startHttp.ts'
import { readEvents, waitForEvent, type EventOf } from './storedEvents.ts'
import { BASELINE, VARIANT } from './testPage.ts'

const { resolve } = createRequire(import.meta.url)
const RUNTIME = resolve('@unblink/browser/unblink.js')
const SDK_DIRS = [dirname(RUNTIME), dirname(resolve('@unblink/element/unblink-element.js'))]

const rgb = (colour: readonly number[]) => `rgb(${colour.join(',')})`
export const STYLE = `section, unblink-slot { display: block; min-height: 120px } .baseline, .variant { height: 120px }
.baseline { background: ${rgb(BASELINE)} } .variant { background: ${rgb(VARIANT)} }`

/** What every personalised slot shows, in the probe's colour. */
export const VARIANT_HTML = '<div class="variant">Variant <a href="#more">More</a></div>'
export const DEFAULT_HTML = '<div class="baseline">Default</div>'

/** One experience for everyone on each of these slots. */
export const personalise = (...slots: readonly string[]): NonNullable<SiteInput['experiences']> =>
  slots.map((slot) => ({
    id: `of-${slot}`,
    slot,
    kind: 'personalization',
    variants: [{ id: 'green', content: { html: VARIANT_HTML } }],
  }))

export interface TagPage {
  readonly html: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface TagSiteOptions {
  readonly site: Pick<SiteInput, 'slots' | 'experiences'> & Partial<SiteInput>
  /** Pages by their path. */
  readonly pages: (parts: {
    readonly config: HeadOptions
    readonly integrity: string
  }) => Readonly<Record<string, TagPage>>
}

export interface TagSite {
  /**
   * Address of a page; `?profile=MS` holds the answer for so long, `?profile=never` for ever, `?runtime=MS` the runtime, and
   * `?page=MS` the page itself.
   */
  url(path: string): string
  /** Waits until the collector holds one that satisfies; fails with what it holds instead. */
  waitFor<T extends EventType>(type: T, satisfies?: (event: EventOf<T>) => boolean): Promise<EventOf<T>>
  /** What engines have reported of the pages' policies. */
  readonly reports: readonly string[]
  close(): Promise<void>
}

/** The real server under `/u` of a site whose pages are given whole. */
export async function startTagSite({ site: input, pages: toPages }: TagSiteOptions): Promise<TagSite> {
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-tag-'))
  const site = parseSite({
    id: 'test',
    keys: { browser: 'pk_test', server: 'sk_test_0123456789' },
    consent: { personalization: 'granted', analytics: 'granted' },
    ...input,
  })
  if (!site.ok) throw new Error(site.error)
  const pages = toPages({ config: getBootConfig(site.value), integrity: getIntegrity(readFileSync(RUNTIME)) })
  const server = await createServer({ site: site.value, dataDir, sdkDir: SDK_DIRS })
  const reports: string[] = []
  const app = new Hono()
  app.use('/u/v1/p', async (c, next) => {
    const profile = new URL(c.req.header('referer') ?? 'http://x').searchParams.get('profile') ?? '0'
    if (profile === 'never') await new Promise((settle) => c.req.raw.signal.addEventListener('abort', settle))
    else await sleep(Number(profile))
    return next()
  })
  app.use('/u/unblink.js', async (c, next) => {
    await sleep(Number(new URL(c.req.header('referer') ?? 'http://x').searchParams.get('runtime')))
    return next()
  })
  app.route('/u', server.app)
  app.post('/reports', async (c) => {
    reports.push(await c.req.text())
    return c.body(null, 204)
  })
  app.get('/*', async (c) => {
    await sleep(Number(c.req.query('page') ?? 0))
    const page = pages[c.req.path]
    return page ? c.html(page.html, 200, { ...page.headers }) : c.notFound()
  })
  const http = await startHttp(app.fetch)

  return {
    url: (path) => `http://127.0.0.1:${http.port}${path}`,
    waitFor: (type, satisfies) => waitForEvent(() => readEvents(dataDir, type), satisfies),
    reports,
    close: () => http.close(dataDir, server),
  }
}

/** Waits until the runtime watches the page: it fetches this file when it begins to. */
export const untilWatched = (page: Page) =>
  page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('unblink-watch.js')),
  )

/** Leaves a page that is watched, so that what it has tracked is sent at once. */
export async function leave(page: Page): Promise<void> {
  await untilWatched(page)
  await page.goto('about:blank')
}

/** Playwright's `test` with `open`, which runs a site until the test ends, and what the console was told. */
export const test = base.extend<{ open: (options: TagSiteOptions) => Promise<TagSite>; warnings: string[] }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
  open: async ({}, use) => {
    const sites: TagSite[] = []
    await use(async (options) => {
      const site = await startTagSite(options)
      sites.push(site)
      return site
    })
    for (const site of sites) await site.close()
  },
  warnings: async ({ page }, use) => {
    const warnings: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'warning' && message.text().startsWith('[unblink]')) warnings.push(message.text())
    })
    await use(warnings)
  },
})
export { expect }
