import { flickerMatchers, startFlickerProbe } from '@unblink/testing'
import { expect as baseExpect, type BrowserContext, type Page } from '@playwright/test'
import { readLayer, test, type GtmShop } from '../support/gtmShop.ts'

const expect = baseExpect.extend(flickerMatchers)

const HERO = {
  hero: { selector: '[data-unblink="home.hero"]', baseline: [23, 59, 53], variant: [178, 74, 32] },
} as const

const agree = (context: BrowserContext, { url }: GtmShop) =>
  context.addCookies([{ name: 'consent', value: 'granted', url }])

const hero = (page: Page) => page.locator(HERO.hero.selector)

const countCustom = (shop: GtmShop, name: string) => shop.events('custom').filter(({ p }) => p.name === name).length

/** Looks at a product and puts it into the cart: all that the shop tells of it are GA4's events. */
async function shopFor(page: Page, shop: GtmShop, path: string) {
  await page.goto(`${shop.url}${path}`)
  await page.getByRole('button', { name: 'Put into cart' }).click()
  await page.waitForFunction(() => window.unblink?.runtime !== undefined)
  // A page that is left sends what it has.
  await page.goto(`${shop.url}/cart`)
  await shop.waitFor('custom', ({ p }) => p.name === 'add_to_cart')
}

/** One view of the home page, judged by what it painted. */
async function watchHome(page: Page, address: string, settle: () => Promise<void>) {
  const probe = await startFlickerProbe(page, HERO, { sources: ['dom'] })
  await page.goto(address)
  await settle()
  // A moment longer than a crossfade, for what must not follow.
  await page.waitForTimeout(400)
  const report = await probe.stop()
  return { report, sequence: report.slots['hero']!.verdict.sequence }
}

test('GA4 events alone make an intent, and the hero of the next view follows it without a flash', async ({
  page,
  context,
  shop,
}) => {
  await agree(context, shop)
  await shopFor(page, shop, '/p/ridge')
  const [event] = shop.events('custom')
  expect(event?.p).toMatchObject({
    name: 'view_item',
    props: { value: 189, currency: 'EUR', items: [{ item_id: 'ridge', item_category2: 'Hiking boots' }] },
  })
  const isPersonal = () => expect(hero(page)).toContainText('Boots that are broken in')

  // The container brings the snippet when the page has been painted: the default fades, nothing is hidden again.
  const late = await watchHome(page, `${shop.url}/`, isPersonal)
  expect(late.sequence).toMatch(/^hidden→(baseline→baseline\+variant→)?variant$/)
  await expect
    .poll(() => readLayer(page, 'experience_impression'))
    .toEqual([
      expect.objectContaining({
        exp_variant_string: 'UNBLINK-hero-boots-boots',
        unblink: expect.objectContaining({ slot: 'home.hero' }),
      }),
    ])
  await shop.waitFor('exposure', ({ p }) => p.slot === 'home.hero' && p.experience === 'hero-boots')

  // By another late policy it keeps its default.
  const kept = await watchHome(page, `${shop.url}/?late=keep`, () =>
    expect.poll(() => readLayer(page, 'unblink.exposure')).not.toEqual([]),
  )
  await expect(kept.report).toHaveNoFlicker()
  expect(kept.sequence).toBe('hidden→baseline')

  // With the snippet in the head there is nothing to be late for.
  const early = await watchHome(page, `${shop.url}/?start=head`, isPersonal)
  await expect(early.report).toHaveNoFlicker()
  expect(early.sequence).toBe('hidden→variant')
  await expect
    .poll(() => readLayer(page, 'experience_impression'))
    .toContainEqual(expect.objectContaining({ exp_variant_string: 'UNBLINK-hero-boots-boots' }))
  const told = (await readLayer(page, 'experience_impression')).map((item) => item.exp_variant_string)
  expect(new Set(told).size).toBe(told.length)
})

test('two containers and two copies of the scripts count everything once', async ({ page, context, shop }) => {
  await agree(context, shop)
  await page.goto(`${shop.url}/p/duo?gtm=two&sdk=two`)
  await expect
    .poll(() => page.evaluate(() => Object.keys(window.google_tag_manager as object).sort()))
    .toEqual(['GTM-AGENCY', 'GTM-SHOP'])
  await page.getByRole('button', { name: 'Put into cart' }).click()
  await page.goto(`${shop.url}/cart`)
  await page.waitForFunction(() => window.unblink?.runtime !== undefined)
  await page.goto(`${shop.url}/c/tents`)
  await shop.waitFor('custom', ({ p }) => p.name === 'view_cart')
  for (const name of ['view_item', 'add_to_cart', 'view_cart']) expect(countCustom(shop, name), name).toBe(1)
  expect(new Set(shop.events('page_view').map(({ pv }) => pv)).size).toBe(shop.events('page_view').length)
})

test('what was pushed before the container came is read once, when it comes', async ({ page, context, shop }) => {
  await agree(context, shop)
  let open = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  await page.route('**/gtm.js*', async (route) => {
    await opened
    await route.continue()
  })
  await page.goto(`${shop.url}/p/squall`, { waitUntil: 'commit' })
  await page.getByRole('button', { name: 'Put into cart' }).click()
  expect(await page.evaluate(() => window.unblink)).toBeUndefined()
  open()
  await page.waitForFunction(() => window.unblink?.runtime !== undefined)
  await page.goto(`${shop.url}/cart`)
  await shop.waitFor('custom', ({ p }) => p.name === 'add_to_cart')
  expect(['view_item', 'add_to_cart'].map((name) => countCustom(shop, name))).toEqual([1, 1])
})

test('nothing is kept or told before the visitor has agreed, and what happened counts when they do', async ({
  page,
  context,
  shop,
}) => {
  await page.goto(`${shop.url}/p/squall`)
  await page.waitForFunction(() => window.unblink?.runtime !== undefined && window.google_tag_manager !== undefined)
  await page.waitForTimeout(1_000)
  expect((await context.cookies()).map(({ name }) => name)).toEqual([])
  expect(await page.evaluate(() => localStorage.length)).toBe(0)
  expect(shop.events('custom')).toEqual([])

  await page.getByRole('button', { name: 'Yes' }).click()
  // From the next view on there is a visitor.
  await page.goto(`${shop.url}/p/ember`)
  await shop.waitFor('custom', ({ p }) => p.name === 'view_item' && JSON.stringify(p.props).includes('squall'))
  await expect.poll(async () => (await context.cookies()).map(({ name }) => name)).toContain('ub_v')
})

test('who refuses is not watched', async ({ page, context, shop }) => {
  await page.goto(`${shop.url}/p/squall`)
  await page.waitForFunction(() => window.unblink?.runtime !== undefined)
  await page.getByRole('button', { name: 'No' }).click()
  await page.getByRole('button', { name: 'Put into cart' }).click()
  await page.waitForTimeout(1_000)
  await page.goto(`${shop.url}/`)
  await expect(hero(page)).toContainText('Out there is closer')
  expect((await context.cookies()).map(({ name }) => name)).toEqual(['consent'])
  expect(shop.events('page_view')).toEqual([])
})

for (const gtm of ['one', 'none'])
  test(`with ${gtm} container a purchase is a conversion with its worth, and the page is called back`, async ({
    page,
    context,
    shop,
  }) => {
    await agree(context, shop)
    await shopFor(page, shop, `/p/fern?gtm=${gtm}`)
    await page.waitForFunction(() => window.unblink?.runtime !== undefined)
    await page.getByRole('link', { name: 'Buy now' }).click()
    await page.waitForURL('**/thanks')
    await page.waitForFunction(() => window.unblink?.runtime !== undefined)
    await page.goto(shop.url)
    const { p } = await shop.waitFor('conversion')
    expect(p).toEqual({ goal: 'purchase', value: 119, currency: 'EUR' })
    expect(countCustom(shop, 'begin_checkout')).toBe(1)
    expect(shop.events('conversion')).toHaveLength(1)
  })

test('a runtime that was there before the snippet begins when that comes, also after the page has loaded', async ({
  page,
  shop,
}) => {
  await page.goto(`${shop.url}/u/health`)
  const errors: Error[] = []
  page.on('pageerror', (error) => errors.push(error))
  await page.addScriptTag({ url: '/u/unblink.js' })
  expect(await page.evaluate(() => 'unblink' in window)).toBe(false)
  // Nor does it take what keeps commands for a snippet.
  await page.evaluate(() => Object.assign(window, { unblink: { early: [], push() {} } }))
  await page.addScriptTag({ url: '/u/unblink.js' })
  await page.evaluate(() => {
    const boot = { v: 1, key: 'pk', base: '/u', consent: 'pending', slots: {} }
    Object.assign(window, { unblinkGtm: { boot } })
  })
  await page.addScriptTag({ url: '/u/unblink-boot.js' })
  await page.waitForFunction(() => window.unblink?.place)
  expect(errors).toEqual([])
})
