import { expect, test as base, type Page } from '@playwright/test'
import type { ResolutionDetails } from '@openfeature/web-sdk'
import { startKitSite, toContent, type KitSite } from '../support/kit/startKitSite.ts'

/** An application that knows OpenFeature only; what it sees and hears is kept on the window. */
const APP = `
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk'
import { UnblinkProvider } from '@unblink/openfeature'

const client = OpenFeature.getClient()
const told = []
for (const event of [ProviderEvents.Ready, ProviderEvents.Stale, ProviderEvents.Error])
  client.addHandler(event, () => told.push(event))
client.addHandler(ProviderEvents.ConfigurationChanged, ({ flagsChanged }) => told.push('changed ' + flagsChanged.join()))
const before = client.getStringDetails('hero', 'mine').reason
const ready = OpenFeature.setProviderAndWait(new UnblinkProvider({ goals: ['application'] }))
Object.assign(window, { kit: { client, told, before, ready } })
`

interface Kit {
  readonly client: {
    getStringDetails(key: string, value: string): ResolutionDetails<string>
    getBooleanValue(key: string, value: boolean): boolean
    getObjectValue(key: string, value: object): unknown
    track(name: string, details?: object): void
    readonly providerStatus: string
  }
  readonly told: string[]
  readonly ready: Promise<void>
}
type KitWindow = Window & { readonly kit: Kit }

const rules = {
  slots: { hero: { deadlineMs: 3_000 }, promo: { deadlineMs: 3_000 }, plan: { deadlineMs: 3_000 } },
  experiences: [
    { id: 'welcome', slot: 'hero', kind: 'personalization', variants: [{ id: 'green', content: toContent('Hello') }] },
    { id: 'offer', slot: 'promo', kind: 'experiment', variants: [{ id: 'control' }] },
    {
      id: 'plans',
      slot: 'plan',
      kind: 'personalization',
      variants: [{ id: 'gold', content: { component: 'Plan', props: { price: 9 } } }],
    },
  ],
} as const

const test = base.extend<{ site: KitSite }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
  site: async ({}, use) => {
    const site = await startKitSite({ rules, deadlineMs: 3_000, script: APP })
    await use(site)
    await site.close()
  },
})

const whenReady = (page: Page) =>
  page.evaluate(async () => {
    while (!('kit' in window)) await new Promise((resolve) => setTimeout(resolve, 10))
    await (window as unknown as KitWindow).kit.ready
  })

test('an OpenFeature application reads the decisions of the page, and the slots stay the snippet’s', async ({
  page,
  site,
}) => {
  await page.goto(site.url())
  await whenReady(page)
  const seen = await page.evaluate(() => {
    const { client, told } = (window as unknown as KitWindow).kit
    return {
      hero: client.getStringDetails('hero', 'mine'),
      isHeroOn: client.getBooleanValue('hero', false),
      promo: client.getStringDetails('promo', 'mine'),
      isPromoOn: client.getBooleanValue('promo', true),
      plan: client.getObjectValue('plan', {}),
      typo: client.getStringDetails('typo', 'mine').errorCode,
      told: [...told],
    }
  })
  expect(seen).toMatchObject({
    hero: { value: 'green', variant: 'green', reason: 'TARGETING_MATCH', flagMetadata: { experience: 'welcome' } },
    isHeroOn: true,
    promo: { value: 'control', variant: 'control' },
    isPromoOn: false,
    plan: { price: 9 },
    typo: 'FLAG_NOT_FOUND',
  })
  expect(seen.told).not.toContain('PROVIDER_ERROR')
  await expect(page.locator('[data-unblink=hero]')).toHaveText('Hello')
  await expect(page.locator('[data-unblink=promo]')).toHaveText('Promo default')
})

test('a route change makes it stale and ready again; what changed is named', async ({ page, site }) => {
  await page.goto(site.url())
  await whenReady(page)
  // The runtime has to be there, for it is what opens the view of a route.
  await page.waitForFunction(() => window.unblink && 'place' in window.unblink)
  await page.evaluate(() => {
    const { told } = (window as unknown as KitWindow).kit
    told.length = 0
    // As a router does: the page's content is another.
    history.pushState(null, '', '/loans')
    for (const slot of document.querySelectorAll('section'))
      slot.outerHTML = `<section data-unblink="${slot.dataset['unblink']}"><div class="baseline">Next</div></section>`
  })
  await expect
    .poll(() => page.evaluate(() => (window as unknown as KitWindow).kit.told))
    .toEqual(['PROVIDER_STALE', 'PROVIDER_READY'])
  await page.evaluate(() => window.unblink!.push('dismiss', 'hero'))
  await expect.poll(() => page.evaluate(() => (window as unknown as KitWindow).kit.told.at(-1))).toBe('changed hero')
  expect(await page.evaluate(() => (window as unknown as KitWindow).kit.client.getBooleanValue('hero', true))).toBe(
    false,
  )
})

test('tracking events are stored as conversions and events', async ({ page, site }) => {
  await page.goto(site.url())
  await whenReady(page)
  await page.evaluate(() => {
    const { client } = (window as unknown as KitWindow).kit
    client.track('application', { value: 250, currency: 'EUR' })
    client.track('opened', { step: 2 })
    // What waits is sent at once, as when the page is left.
    setInterval(() => dispatchEvent(new Event('pagehide')), 200)
  })
  await expect
    .poll(() => site.events('conversion'), { timeout: 15_000 })
    .toEqual([{ goal: 'application', value: 250, currency: 'EUR' }])
  expect(site.events('custom')).toEqual([{ name: 'opened', props: { step: 2 } }])
})
