import { flickerMatchers, startFlickerProbe } from '@unblink/testing'
import type { Page } from '@playwright/test'
import {
  DEFAULT_HTML,
  expect as tagExpect,
  leave,
  personalise,
  STYLE,
  test,
  type TagSiteOptions,
} from '../support/tagSite.ts'
import { BASELINE, VARIANT } from '../support/testPage.ts'

const expect = tagExpect.extend(flickerMatchers)

/** `UNBLINK_RUNS=30 npm run e2e -- element` is the long version. */
const RUNS = Number(process.env['UNBLINK_RUNS'] ?? 1)
const LONG = 3_000

const HEAD = `<script src="/u/unblink-head.js"></script>`
const ELEMENT = `<script src="/u/unblink-element.js"></script>`
const slot = (name: string, attributes = '') =>
  `<unblink-slot name="${name}"${attributes}>${DEFAULT_HTML}</unblink-slot>`
/** A component of the page's own, which makes its shadow tree by itself. */
const card = (inner: string) => `<script>customElements.define('shop-card', class extends HTMLElement {
  connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = ${JSON.stringify(`<style>${STYLE}</style>${inner}`)} }
})</script>`
/** The same, as HTML that the parser makes a shadow tree of. */
const declared = (inner: string) =>
  `<div id="host"><template shadowrootmode="open"><style>${STYLE}</style>${inner}<p>After</p></template></div>`
const WATCH = `<script>self.shown = []; addEventListener('unblink:shown', (event) => {
  const { state, decision: { experience, variant } = {} } = event.detail
  const isVariant = event.composedPath()[0].getAttribute('state') === 'variant'
  shown.push(JSON.parse(JSON.stringify({ state, isVariant, experience, variant })))
})</script>`

const toPage = (head: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>Page</title>
${head}<style>${STYLE}</style></head><body><h1>Page</h1>${body}<p>End</p></body></html>`
const only = (head: string, body: string) => () => ({ '/': { html: toPage(head, body) } })

const toSite = (config: object = {}): TagSiteOptions['site'] => ({
  slots: { card: { deadlineMs: LONG, ...config } },
  experiences: personalise('card'),
})

/** What was told of the slot, as it was at that moment. */
const getShown = (page: Page) => page.evaluate(() => (window as unknown as { shown: unknown[] }).shown)
const BASELINE_SHOWN = { state: 3, isVariant: false }
const variantOf = (state: number) => ({ state, isVariant: true, experience: 'of-card', variant: 'green' })

async function watch(page: Page, url: string, selector: string) {
  const slots = { card: { selector, baseline: BASELINE, variant: VARIANT } }
  const probe = await startFlickerProbe(page, slots, { sources: ['dom'] })
  await page.goto(url)
  await page.waitForFunction(() => window.unblink!.slots['card']!.state > 1)
  await page.waitForTimeout(100)
  const report = await probe.stop()
  await expect(report).toHaveNoFlicker()
  return report.slots['card']!.verdict.final
}

const PLACES = {
  'inside a component’s shadow root': { body: `${card(slot('card'))}<shop-card></shop-card>`, selector: 'shop-card' },
  'inside a shadow root of the parser': { body: declared(slot('card')), selector: '#host' },
  'in the page, where the snippet knows nothing of it': { body: slot('card'), selector: 'unblink-slot' },
  'in the page, found by the snippet': {
    body: slot('card'),
    selector: 'unblink-slot',
    config: { selector: 'unblink-slot[name="card"]' },
  },
}

for (const [where, { body, selector, ...more }] of Object.entries(PLACES))
  test(`${where}: the variant and nothing else, and it is told`, async ({ page, open }) => {
    test.setTimeout(60_000 + RUNS * 10_000)
    const config = 'config' in more ? more.config : {}
    const site = await open({ site: toSite(config), pages: only(WATCH + HEAD + ELEMENT, body) })
    for (let run = 0; run < RUNS; run++)
      for (const profile of [0, 150]) {
        // What an earlier view remembered would make every later one easy.
        await page.context().clearCookies()
        expect(await watch(page, site.url(`/?profile=${profile}`), selector)).toBe('variant')
      }
    await expect(page.locator('unblink-slot[state=variant]')).toContainText('Variant')
    expect(await getShown(page)).toEqual([variantOf(2)])
    await page.getByRole('link', { name: 'More' }).click()
    await leave(page)
    await site.waitFor('exposure', ({ p }) => p.slot === 'card' && p.outcome === 'variant')
    await site.waitFor('interaction', ({ p }) => p.slot === 'card')
  })

test('without an answer, the default shows by the deadline, its own where it has one', async ({ page, open }) => {
  const body = `${card(slot('card', ' deadline="200"'))}<shop-card></shop-card>`
  const site = await open({ site: toSite(), pages: only(WATCH + HEAD + ELEMENT, body) })
  expect(await watch(page, site.url('/?profile=never'), 'shop-card')).toBe('baseline')
  expect(await getShown(page)).toEqual([BASELINE_SHOWN])
  await leave(page)
  await site.waitFor('exposure', ({ p }) => p.slot === 'card' && p.outcome === 'timeout' && p.hiddenMs < 2_500)
})

test('when no timer ever runs, the engine ends the hide', async ({ page, open }) => {
  await page.addInitScript(() => {
    window.setTimeout = (() => 0) as unknown as typeof setTimeout
  })
  const body = `${card(slot('card'))}<shop-card></shop-card>`
  const site = await open({ site: toSite({ deadlineMs: 500 }), pages: only(HEAD + ELEMENT, body) })
  await page.goto(site.url('/?profile=never'))
  const inner = page.locator('shop-card .baseline')
  const isSeen = () => inner.evaluate((box) => box.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  expect(
    await page.evaluate(() => document.querySelector('shop-card')!.shadowRoot!.getAnimations().length),
  ).toBeGreaterThan(0)
  await expect.poll(isSeen).toBe(true)
  expect(await page.evaluate(() => window.unblink!.slots['card']!.state)).toBe(0)
})

test('an answer after the deadline fades in where the element asks for it', async ({ page, open }) => {
  const body = `${card(slot('card', ' deadline="100" late="fade"'))}<shop-card></shop-card>`
  const site = await open({ site: toSite(), pages: only(WATCH + HEAD + ELEMENT, body) })
  await page.goto(site.url('/?profile=700'))
  await expect(page.locator('unblink-slot[state=variant]')).toContainText('Variant')
  expect(await getShown(page)).toEqual([BASELINE_SHOWN, variantOf(4)])
})

test('a dismissed variant gives way to the default, and a card made anew shows the variant again', async ({
  page,
  open,
}) => {
  const body = `${card(slot('card'))}<shop-card></shop-card>`
  const site = await open({ site: toSite(), pages: only(HEAD + ELEMENT, body) })
  await page.goto(site.url('/'))
  await expect(page.locator('unblink-slot')).toContainText('Variant')
  await page.evaluate(() => document.querySelector('shop-card')!.replaceWith(document.createElement('shop-card')))
  await expect(page.locator('unblink-slot')).toContainText('Variant')
  await page.waitForFunction(() => 'place' in window.unblink!)
  await page.evaluate(() => window.unblink!.push('dismiss', 'card'))
  await expect(page.locator('unblink-slot')).toContainText('Default')
})

test('a control is the default, and so is a slot that the site does not know', async ({ page, open }) => {
  const experiences = [{ id: 'test', slot: 'card', kind: 'experiment' as const, variants: [{ id: 'control' }] }]
  const body = `${card(slot('card') + slot('unknown'))}<shop-card></shop-card>`
  const site = await open({ site: { ...toSite(), experiences }, pages: only(WATCH + HEAD + ELEMENT, body) })
  expect(await watch(page, site.url('/'), 'shop-card')).toBe('baseline')
  expect(await getShown(page)).toEqual([{ ...BASELINE_SHOWN, experience: 'test', variant: 'control' }])
  await expect(page.locator('unblink-slot[name=unknown]')).toBeVisible()
})

test('an element that has been seen before the script came is not hidden any more', async ({ page, open }) => {
  const late = `<script>requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
    const script = document.createElement('script')
    script.src = '/u/unblink-element.js'
    document.head.append(script)
  }, 100)))</script>`
  const site = await open({ site: toSite(), pages: only(WATCH + HEAD, declared(slot('card')) + late) })
  expect(await watch(page, site.url('/?profile=600'), '#host')).toBe('baseline')
})

test('a route change asks anew for the card of the new route', async ({ page, open }) => {
  const body = `${card(slot('card'))}<main><shop-card></shop-card></main>`
  const site = await open({ site: toSite(), pages: only(WATCH + HEAD + ELEMENT, body) })
  await page.goto(site.url('/'))
  await expect(page.locator('unblink-slot')).toContainText('Variant')
  await page.waitForFunction(() => 'place' in window.unblink!)
  await page.evaluate(() => {
    history.pushState(null, '', '/next')
    document.querySelector('main')!.replaceChildren(document.createElement('shop-card'))
  })
  await expect(page.locator('unblink-slot')).toContainText('Variant')
  expect(await getShown(page)).toHaveLength(2)
  await page.waitForTimeout(100)
  await leave(page)
  await site.waitFor('page_view', ({ p }) => p.kind === 'route')
})

test('without a snippet the default is there, and no error', async ({ page, open }) => {
  const site = await open({ site: toSite(), pages: only(ELEMENT, slot('card') + declared(slot('card'))) })
  await page.goto(site.url('/'))
  await expect(page.locator('unblink-slot')).toHaveCount(2)
  for (const one of await page.locator('unblink-slot').all()) {
    await expect(one).toBeVisible()
    await expect(one).toHaveText('Default')
  }
})
