import { renderTags, type HeadOptions } from '@unblink/snippet'
import { flickerMatchers, startFlickerProbe } from '@unblink/testing'
import type { Page } from '@playwright/test'
import {
  DEFAULT_HTML,
  expect as tagExpect,
  leave,
  personalise,
  STYLE,
  test,
  untilWatched,
  type TagPage,
} from '../support/tagSite.ts'
import { BASELINE, VARIANT } from '../support/testPage.ts'

const expect = tagExpect.extend(flickerMatchers)

const EXTERNAL = '<script src="/u/unblink-head.js"></script>'
const LONG = { deadlineMs: 3_000 }
const SLOTS = { 'home.hero': LONG, 'home.help': LONG }
const SITE = { slots: SLOTS, experiences: personalise('home.hero') }
const SECTION = (name: string) => `<section data-unblink="${name}">${DEFAULT_HTML}</section>`
const HERO = SECTION('home.hero')

const toPage = (head: string, body = HERO): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>Page</title>
${head}<style nonce="n0nce">${STYLE}</style></head><body><h1>Page</h1>${body}</body></html>`
const only = (head: string, body?: string, headers?: TagPage['headers']) => () => ({
  '/': { html: toPage(head, body), ...(headers && { headers }) },
})

const readHero = (page: Page) => page.locator('[data-unblink="home.hero"]')

/** One view, watched from inside: the slot shows one thing only. */
async function expectVariantOnly(page: Page, url: string) {
  const slots = { hero: { selector: '[data-unblink="home.hero"]', baseline: BASELINE, variant: VARIANT } }
  const probe = await startFlickerProbe(page, slots, { sources: ['dom'] })
  await page.goto(url)
  await expect(readHero(page)).toContainText('Variant')
  await page.waitForTimeout(150)
  const report = await probe.stop()
  await expect(report).toHaveNoFlicker()
  expect(report.slots['hero']!.verdict.final).toBe('variant')
}

test('the external tag hides, swaps and reports, from one line in the head', async ({ page, open }) => {
  const site = await open({ site: SITE, pages: only(EXTERNAL) })
  for (const profile of [0, 150]) await expectVariantOnly(page, site.url(`/?profile=${profile}`))
  await leave(page)
  await site.waitFor('exposure', ({ p }) => p.slot === 'home.hero' && p.outcome === 'variant')
})

const STRICT = `default-src 'none'; connect-src 'self'; img-src data:; style-src 'nonce-n0nce'; report-uri /reports`
const TRUSTED = `require-trusted-types-for 'script'; trusted-types unblink-head unblink`

test('under strict policies with Trusted Types neither way is reported', async ({ page, open, warnings }) => {
  const policy = (sources: string) => ({ 'content-security-policy': `${STRICT}; ${TRUSTED}; script-src ${sources}` })
  const tag = EXTERNAL.replace('<script', '<script nonce="n0nce"')
  const site = await open({
    site: SITE,
    pages: ({ config, integrity }) => ({
      '/external': { html: toPage(EXTERNAL), headers: policy("'self'") },
      '/external-nonce': { html: toPage(tag), headers: policy("'nonce-n0nce'") },
      '/external-dynamic': { html: toPage(tag), headers: policy("'nonce-n0nce' 'strict-dynamic'") },
      '/block': {
        html: toPage(renderTags({ ...config, integrity, nonce: 'n0nce' })),
        headers: policy("'nonce-n0nce'"),
      },
    }),
  })
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) =>
      console.warn(`[unblink] refused: ${violatedDirective} ${sample}`),
    )
  })
  for (const path of ['/external', '/external-nonce', '/external-dynamic', '/block']) {
    await page.goto(site.url(path))
    await expect(readHero(page)).toContainText('Variant')
    // The runtime and the file beside it are there, too.
    await untilWatched(page)
  }
  expect({ warnings, reports: site.reports }).toEqual({ warnings: [], reports: [] })
})

test('a runtime that is not the one of the integrity hash is refused, and the slot is swapped all the same', async ({
  page,
  open,
  errors,
}) => {
  const site = await open({
    site: SITE,
    pages: ({ config }) => ({
      '/': { html: toPage(renderTags({ ...config, integrity: `sha384-${'A'.repeat(64)}` })) },
    }),
  })
  await page.goto(site.url('/'))
  // Engines without setHTML leave HTML to the runtime.
  const canPlace = await page.evaluate(() => 'setHTML' in Element.prototype)
  if (canPlace) await expect(readHero(page)).toContainText('Variant')
  await expect(readHero(page)).toBeVisible()
  expect(await page.evaluate(() => 'place' in window.unblink!)).toBe(false)
  // Firefox tells it as an error of the page, which it is for whoever wrote the hash.
  errors.splice(0, errors.length, ...errors.filter((error) => !error.includes('integrity attribute')))
})

/** How docs/script-tag.md has it. */
const AGAIN =
  "if (unblink.queue.length) { const again = document.createElement('script'); again.src = this.src; this.after(again) }"
const LEAVING = `<p><a id="go" href="/next?page=1500">Go</a></p><script>setTimeout(() => go.click(), 50)</script>`

for (const [way, head] of Object.entries({
  'the external tag': () => EXTERNAL,
  'a block whose tag asks again': (config: HeadOptions) =>
    renderTags(config).replace('<script async', `<script onerror="${AGAIN}" async`),
}))
  test(`a link followed before the runtime has come is kept, with ${way}`, async ({ page, open }) => {
    const site = await open({
      site: SITE,
      pages: ({ config }) => ({
        '/': { html: toPage(head(config), HERO + LEAVING) },
        '/next': { html: toPage('') },
        '/watched': { html: toPage(EXTERNAL) },
      }),
    })
    await page.goto(site.url('/?runtime=400'), { waitUntil: 'commit' })
    await page.waitForURL('**/next*')
    // What a page kept that has been left goes out with the next one.
    await page.goto(site.url('/watched'))
    const { p } = await site.waitFor('interaction')
    expect(p).toMatchObject({ kind: 'click', target: 'a#go', href: '/next' })
  })

test('attributes of the tag count over the site, and wrong ones are told', async ({ page, open, warnings }) => {
  const attributes =
    'data-slots="home.hero home.hreo" data-deadline="1500" data-late="fade" data-consent="denied" data-analytics="yes" data-redirects="https://a.example"'
  const site = await open({ site: SITE, pages: only(EXTERNAL.replace('></', ` ${attributes}></`)) })
  await page.goto(site.url('/'))
  const told = await page.evaluate(() => JSON.parse(window.unblink!.source) as unknown)
  expect(told).toEqual({
    v: 1,
    key: 'pk_test',
    base: site.url('/u'),
    consent: 'denied',
    slots: { 'home.hero': { deadlineMs: 1_500, late: 'fade' } },
    redirects: ['https://a.example'],
  })
  expect(warnings).toEqual([
    expect.stringContaining('data-analytics="yes": expected granted, denied, pending, so it is ignored.'),
    expect.stringContaining('data-slots: the site has no slot "home.hreo"'),
  ])
})

test('commands pushed before the tag reach the collector', async ({ page, open }) => {
  const stub = '<script>self.unblink ||= { early: [], push(...command) { this.early.push(command) } }</script>'
  const push = `<script>unblink.push('event', 'before', { from: 'stub' })</script>`
  const site = await open({ site: SITE, pages: only(stub + push + EXTERNAL) })
  await page.goto(site.url('/'))
  await leave(page)
  await site.waitFor('custom', ({ p }) => p.name === 'before' && p.props?.['from'] === 'stub')
})

test('a tag that comes too late hides nothing, and says so', async ({ page, open, warnings }) => {
  const site = await open({ site: SITE, pages: only('', HERO + EXTERNAL) })
  await page.goto(site.url('/'))
  await expect(readHero(page)).toContainText('Default')
  await expect(readHero(page)).toBeVisible()
  expect(warnings).toEqual([expect.stringContaining('Put it first into <head>')])
})

test('two tags, or a tag beside the block, are one snippet and one runtime', async ({ page, open }) => {
  const site = await open({
    site: SITE,
    pages: ({ config }) => ({ '/': { html: toPage(renderTags(config) + EXTERNAL + EXTERNAL) } }),
  })
  await expectVariantOnly(page, site.url('/'))
  const scripts = await page.evaluate(() => document.querySelectorAll('script[src*="unblink.js"]').length)
  expect(scripts).toBe(1)
})

test('a slot that nobody declared is told once, and one that the page lacks by explain', async ({
  page,
  open,
  warnings,
}) => {
  const site = await open({ site: SITE, pages: only(EXTERNAL, HERO + SECTION('home.offer') + SECTION('home.offer')) })
  await page.goto(site.url('/'))
  await expect
    .poll(() => warnings)
    .toEqual([expect.stringContaining('The slot "home.offer" is in the page but not declared')])
  await page.evaluate(() => history.pushState(null, '', '/next'))
  const told = await page.evaluate(
    () => window.unblink!.push('explain') as Promise<{ slot: string; warning?: string }[]>,
  )
  expect(told.find(({ slot }) => slot === 'home.help')?.warning).toContain('No element of this page is the slot.')
  expect(warnings).toHaveLength(1)
})
