import type { Page } from '@playwright/test'
import { startFlickerProbe, type Rgb, type Slots } from '@unblink/testing'
import { sendNow } from './sendNow.ts'
import { createShopTest, expect, leave, slotOf, untilShown, untilTold, type Framework } from './vueAndSvelteShop.ts'

/** The words and colours of an example, by which the tests tell what it shows. */
export interface ShopFacts {
  readonly framework: Framework
  /** The slot of the second page, and that page's link and address. */
  readonly note: string
  readonly link: string
  readonly path: string
  /** A button that counts or turns, which works once the app is hydrated: before and after it was clicked. */
  readonly button: readonly [before: string, after: string]
  /** The same inside of the component variant. */
  readonly counter: readonly [before: string, after: string]
  /** The prop without which the component throws. */
  readonly prop: string
  readonly texts: Readonly<Record<'hero' | 'offer' | 'note', readonly [baseline: string, variant: string]>>
  readonly colours: Readonly<Record<'hero' | 'offer' | 'note', readonly [baseline: Rgb, variant: Rgb]>>
}

const HOME = ['home.hero', 'home.offer']
const toCount = (text: string | undefined, otherwise: number) => (text ? Number(text) : otherwise)
/** So many route changes, and so many views under the flicker probe: `UNBLINK_ROUTES=200 UNBLINK_RUNS=30 npm run e2e -- vue`. */
const ROUTES = toCount(process.env['UNBLINK_ROUTES'], 20)
const RUNS = toCount(process.env['UNBLINK_RUNS'], 1)
const MS_PER_RUN = 6_000
/**
 * After so many changes, what a page holds grows no more: the runtime keeps what some views have told it, for a part of it that
 * may still be fetched. An odd number, so that the home page is shown.
 */
const SETTLED_ROUTES = 61

/** What must be the same in every framework's example. */
export function defineShopTests(facts: ShopFacts): void {
  const { framework, note, link, path, button, counter, prop, texts, colours } = facts
  const test = createShopTest(framework)
  const toSlot = (name: string, [baseline, variant]: readonly [Rgb, Rgb]) => ({
    [name]: { selector: `[data-unblink="${name}"]`, baseline, variant },
  })
  const homeSlots: Slots = { ...toSlot('home.hero', colours.hero), ...toSlot('home.offer', colours.offer) }
  const noteSlots: Slots = toSlot(note, colours.note)

  /** Clicks a button until the app, which may not be hydrated yet, answers. */
  const untilHydrated = async (page: Page) => {
    const first = page.getByRole('button', { name: button[0] }).first()
    await expect(async () => {
      if (await first.isVisible()) await first.click()
      await expect(page.getByRole('button', { name: button[1] }).first()).toBeVisible({ timeout: 200 })
    }).toPass()
  }
  const expectHome = async (page: Page, shows: 0 | 1) => {
    await expect(slotOf(page, 'home.hero').getByRole('heading')).toHaveText(texts.hero[shows])
    await expect(slotOf(page, 'home.offer').getByRole('heading')).toHaveText(texts.offer[shows])
  }
  /** Keeps the elements that the server has sent, before any module script runs. */
  const keepServed = (page: Page) =>
    page.addInitScript(() => {
      addEventListener(
        'readystatechange',
        () => ((window as { served?: unknown }).served ??= document.querySelector('main')),
        {
          capture: true,
          once: true,
        },
      )
    })
  const isServedStill = (page: Page) =>
    page.evaluate(() => (window as { served?: unknown }).served === document.querySelector('main'))

  for (const [moment, order] of [
    ['the reply before the app', ['profile', 'client']],
    ['the app before the reply', ['client', 'profile']],
  ] as const)
    test(`${moment}: a component and HTML are shown, without a warning or a frame of their defaults`, async ({
      page,
      shop,
      heard,
    }) => {
      await keepServed(page)
      const gates = { profile: shop.hold('profile'), client: shop.hold('client') }
      const probe = await startFlickerProbe(page, homeSlots)
      await page.goto(shop.url(), { waitUntil: 'commit' })
      gates[order[0]]()
      if (order[0] === 'client') await untilHydrated(page)
      else await page.waitForFunction(() => window.unblink?.slots['home.hero']!.decision)
      gates[order[1]]()
      await untilShown(page, HOME)
      await expectHome(page, 1)
      const report = await probe.stop()
      await expect(report).toHaveNoFlicker()
      expect(HOME.map((name) => report.slots[name]!.verdict.final)).toEqual(['variant', 'variant'])
      // The component is alive, in the element that the server has sent.
      await page.getByRole('button', { name: counter[0] }).click()
      await expect(page.getByRole('button', { name: counter[1] })).toBeVisible()
      expect(await isServedStill(page)).toBe(true)
      await expectHome(page, 1)
      expect(heard).toEqual([])
      await untilTold(page, 2)
      const told = await leave(page, shop, 2)
      expect(told.map(({ slot, outcome }) => [slot, outcome]).sort()).toEqual(HOME.map((name) => [name, 'variant']))
    })

  test('rendered in the page only: the same', async ({ page, shop, heard }) => {
    const probe = await startFlickerProbe(page, homeSlots)
    await page.goto(shop.url('/?csr'))
    await untilShown(page, HOME)
    await expectHome(page, 1)
    const report = await probe.stop()
    await expect(report).toHaveNoFlicker()
    expect(HOME.map((name) => report.slots[name]!.verdict.final)).toEqual(['variant', 'variant'])
    await page.getByRole('button', { name: counter[0] }).click()
    await expect(page.getByRole('button', { name: counter[1] })).toBeVisible()
    expect(heard).toEqual([])
    await untilTold(page, 2)
    const told = await leave(page, shop, 2)
    expect(told.map(({ slot, outcome }) => [slot, outcome]).sort()).toEqual(HOME.map((name) => [name, 'variant']))
  })

  test('an island has its variant before the app is there, and keeps it', async ({ page, shop, heard }) => {
    await keepServed(page)
    const open = shop.hold('client')
    const probe = await startFlickerProbe(page, noteSlots)
    await page.goto(shop.url(path), { waitUntil: 'commit' })
    await page.waitForFunction((name) => window.unblink && window.unblink.slots[name]!.state > 1, note)
    await expect(slotOf(page, note).getByRole('heading')).toHaveText(texts.note[1])
    open()
    await untilHydrated(page)
    await expect(slotOf(page, note).getByRole('heading')).toHaveText(texts.note[1])
    expect(await isServedStill(page)).toBe(true)
    const report = await probe.stop()
    await expect(report).toHaveNoFlicker()
    expect(report.slots[note]!.verdict.final).toBe('variant')
    expect(heard).toEqual([])
    await untilTold(page, 1)
    const told = await leave(page, shop, 1)
    expect(told.map(({ slot, outcome }) => [slot, outcome])).toEqual([[note, 'variant']])
  })

  test('an app that comes after the deadline: the defaults are shown, and stay', async ({ page, start, heard }) => {
    const shop = await start((site) => ({
      ...site,
      slots: Object.fromEntries(Object.entries(site.slots).map(([name, slot]) => [name, { ...slot, deadlineMs: 200 }])),
    }))
    const open = shop.hold('client')
    const probe = await startFlickerProbe(page, homeSlots)
    await page.goto(shop.url(), { waitUntil: 'commit' })
    await page.waitForFunction((name) => window.unblink && window.unblink.slots[name]!.state > 1, HOME[0]!)
    await untilShown(page, HOME)
    await expectHome(page, 0)
    open()
    await untilHydrated(page)
    await page.waitForTimeout(200)
    await expectHome(page, 0)
    const report = await probe.stop()
    await expect(report).toHaveNoFlicker()
    expect(HOME.map((name) => report.slots[name]!.verdict.final)).toEqual(['baseline', 'baseline'])
    expect(heard).toEqual([])
    await untilTold(page, 2)
    const told = await leave(page, shop, 2)
    expect(told.map(({ slot, outcome }) => [slot, outcome]).sort()).toEqual(HOME.map((name) => [name, 'timeout']))
  })

  for (const [what, component] of [
    ['that the app does not have', 'Nowhere'],
    ['that throws', undefined],
  ] as const)
    test(`a component ${what}: its slot shows the default at once, the others go on`, async ({
      page,
      start,
      heard,
    }) => {
      const shop = await start((site) => ({
        ...site,
        experiences: site.experiences.map((experience) => ({
          ...experience,
          variants: experience.variants.map(({ content, ...variant }) => {
            if (!content?.component) return { ...variant, ...(content && { content }) }
            const { [prop]: _, ...props } = content.props ?? {}
            return { ...variant, content: { component: component ?? content.component, props } }
          }),
        })),
      }))
      const probe = await startFlickerProbe(page, homeSlots)
      await page.goto(shop.url())
      await untilShown(page, HOME)
      await expect(slotOf(page, 'home.hero').getByRole('heading')).toHaveText(texts.hero[0])
      await expect(slotOf(page, 'home.offer').getByRole('heading')).toHaveText(texts.offer[1])
      const report = await probe.stop()
      await expect(report).toHaveNoFlicker()
      expect(HOME.map((name) => report.slots[name]!.verdict.final)).toEqual(['baseline', 'variant'])
      if (component) {
        expect(heard).toHaveLength(1)
        expect(heard[0]).toContain(`"${component}"`)
      } else expect(heard.join()).toMatch(/toUpperCase|Error/)
      await untilTold(page, 2)
      const told = await leave(page, shop, 2)
      expect(told.map(({ slot, outcome }) => [slot, outcome]).sort()).toEqual([
        ['home.hero', 'error'],
        ['home.offer', 'variant'],
      ])
    })

  test(`${ROUTES} route changes: each view shows and tells its own slots, once, and leaves nothing behind`, async ({
    page,
    shop,
    heard,
    browserName,
  }) => {
    test.setTimeout(60_000 + ROUTES * 3_000)
    await page.goto(shop.url())
    await untilShown(page, HOME)
    await untilTold(page, 2)
    const countNodes = async () => {
      const session = await page.context().newCDPSession(page)
      await session.send('HeapProfiler.enable')
      await session.send('HeapProfiler.collectGarbage')
      const { nodes } = await session.send('Memory.getDOMCounters')
      await session.detach()
      return nodes
    }
    let before = 0
    for (let change = 0; change < ROUTES; change++) {
      const isHome = change % 2 === 1
      await page
        .getByRole('navigation')
        .getByRole('link', { name: isHome ? 'Home' : link })
        .click()
      if (isHome) {
        await untilShown(page, HOME)
        await expectHome(page, 1)
        await expect(slotOf(page, note)).toHaveCount(0)
      } else {
        await untilShown(page, [note])
        await expect(slotOf(page, note).getByRole('heading')).toHaveText(texts.note[1])
        await expect(slotOf(page, 'home.hero')).toHaveCount(0)
      }
      await untilTold(page, isHome ? 2 : 1)
      if (change === SETTLED_ROUTES && browserName === 'chromium') before = await countNodes()
    }
    // Each mounted slot listens to the store, and no other.
    const listeners = await page.evaluate(
      () => (Reflect.get(window.unblink!, Symbol.for('unblink.store')) as { listeners: Set<unknown> }).listeners.size,
    )
    expect(listeners).toBe(HOME.length)
    // Only Chromium tells what a page holds.
    if (before) expect((await countNodes()) - before).toBeLessThan(60)
    expect(heard).toEqual([])
    const count = 2 + (ROUTES / 2) * 3
    // So many views may be more than the last beacon can take.
    await sendNow(page)
    await expect.poll(() => shop.exposures().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count)
    const told = await leave(page, shop, count)
    const views = shop.views()
    expect(views).toHaveLength(ROUTES + 1)
    views.forEach((view, index) => {
      const own = told.filter((exposure) => exposure.view === view).map(({ slot, outcome }) => `${slot} ${outcome}`)
      expect(own.sort()).toEqual((index % 2 ? [note] : HOME).map((name) => `${name} variant`))
    })
    expect(told).toHaveLength(count)
  })

  // The tests above have one view each.
  for (const slowness of RUNS > 1 ? [1, 4] : [])
    test(`${RUNS} views at ${slowness}x without a frame of flicker`, async ({ page, shop, heard, browserName }) => {
      test.skip(slowness > 1 && browserName !== 'chromium', 'only Chromium can be slowed down')
      test.setTimeout(60_000 + RUNS * MS_PER_RUN)
      if (slowness > 1) {
        const session = await page.context().newCDPSession(page)
        await session.send('Emulation.setCPUThrottlingRate', { rate: slowness })
      }
      const finals: string[] = []
      for (let run = 0; run < RUNS; run++) {
        const probe = await startFlickerProbe(page, homeSlots)
        await page.goto(shop.url())
        await untilShown(page, HOME)
        await page.waitForTimeout(250)
        const report = await probe.stop()
        await expect(report).toHaveNoFlicker()
        finals.push(...HOME.map((name) => report.slots[name]!.verdict.final))
      }
      test.info().annotations.push({ type: 'shown at the end', description: finals.join(' ') })
      expect(finals).toContain('variant')
      expect(heard).toEqual([])
    })
}
