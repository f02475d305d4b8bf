import { sendNow } from '../support/sendNow.ts'
import { expect, test } from '../support/site.ts'

test('the outcome of each slot is told as it was', async ({ page, site }) => {
  await page.goto(`${site.url({ profile: 50 })}&utm_source=letter&utm_medium=email&gclid=secret`)
  await sendNow(page)
  await site.waitFor('exposure', ({ p }) => p.slot === 'help')
  const exposures = new Map(site.events('exposure').map(({ p }) => [p.slot, p]))
  expect(exposures.size).toBe(3)
  expect(exposures.get('hero')).toMatchObject({
    experience: 'welcome',
    variant: 'green',
    outcome: 'variant',
    reason: 'targeting_match',
  })
  expect(exposures.get('promo')).toMatchObject({
    experience: 'offer',
    variant: 'control',
    outcome: 'control',
    reason: 'split',
  })
  expect(exposures.get('help')).toMatchObject({ outcome: 'baseline', reason: 'default' })
  expect(exposures.get('hero')!.profileMs).toBeGreaterThanOrEqual(50)
  const views = site.events('page_view')
  expect(views).toHaveLength(1)
  expect(views[0]!.p).toMatchObject({
    kind: 'load',
    title: 'Test page',
    source: { class: 'paid', clickId: 'gclid', utm: { source: 'letter', medium: 'email' } },
  })
  expect(JSON.stringify(site.events())).not.toContain('secret')
})

test('a time-out is an exposure too, and says so', async ({ page, site }) => {
  await page.goto(site.url({ profile: 'never' }))
  await page.waitForFunction(() => window.unblink!.slots['hero']!.cause)
  await sendNow(page)
  const { p } = await site.waitFor('exposure', ({ p }) => p.slot === 'hero')
  expect(p).toMatchObject({ outcome: 'timeout', reason: 'timeout' })
  expect(p.hiddenMs).toBeGreaterThan(200)
  expect(p.profileMs).toBeUndefined()
})

test('mouse, scroll, clicks and time on page arrive as they happened', async ({ page, site }) => {
  const startedAt = Date.now()
  await page.goto(site.url())
  await expect(page.locator('#cta')).toBeVisible()
  // The runtime watches once the slots have been painted and the page is idle.
  await page.waitForFunction(async () => (await indexedDB.databases()).some(({ name }) => name === 'unblink'))
  const trail: [number, number][] = []
  for (let step = 0; step < 12; step++) {
    const point: [number, number] = [100 + step * 30, 120 + step * 10]
    trail.push(point)
    await page.mouse.move(...point)
    await page.waitForTimeout(70)
  }
  await page.mouse.wheel(0, 900)
  await page.waitForFunction(() => scrollY >= 900)
  await page.waitForTimeout(400)
  await page.evaluate(() => scrollTo(0, 0))
  await page.click('#cta')
  await page.waitForURL('**/next*')
  const visibleMs = Date.now() - startedAt
  // The next page is another site's, so what is still in the queue goes out when this one is opened again.
  await page.goto(site.url())
  await sendNow(page)

  const click = await site.waitFor('interaction', ({ p }) => p.kind === 'click')
  expect(click.p).toMatchObject({
    slot: 'hero',
    experience: 'welcome',
    variant: 'green',
    target: 'a#cta',
    href: '/next',
  })
  const first = click.pv
  const scroll = await site.waitFor('scroll', ({ pv, p }) => pv === first && p.maxY > 1000)
  expect(scroll.p.maxPercent).toBeGreaterThan(40)
  // On a slow machine the trail takes so long that it comes in several pieces.
  const getPieces = () => site.events('pointer').filter(({ pv }) => pv === first)
  await expect.poll(() => getPieces().flatMap(({ p }) => p.samples).length).toBeGreaterThanOrEqual(4 * 10)
  const points = getPieces().flatMap(({ p }) => {
    let at: [number, number] = [0, 0]
    return Array.from({ length: p.samples.length / 4 }, (_, index) => {
      const [, dx, dy, slot] = p.samples.slice(4 * index, 4 * index + 4) as [number, number, number, number]
      at = index ? [at[0] + dx, at[1] + dy] : [dx, dy]
      return { at, slot: p.slots[slot] }
    })
  })
  for (const point of points.slice(0, 10)) expect(trail).toContainEqual(point.at)
  expect(points.some(({ slot }) => slot === 'hero')).toBe(true)
  const perMille = getPieces()[0]!.p.at.slice(0, 2)
  const over = points.find(({ slot }) => slot === 'hero')!
  const hero = await page.locator('[data-unblink=hero]').boundingBox()
  expect(perMille[0]).toBeCloseTo((1000 * (over.at[0] - hero!.x)) / hero!.width, -1.5)
  expect(perMille[1]).toBeCloseTo((1000 * (over.at[1] - hero!.y)) / hero!.height, -1.5)

  const last = site
    .events('engagement')
    .filter(({ pv }) => pv === first)
    .at(-1)!
  expect(last.p.visibleMs).toBeGreaterThan(1_500)
  expect(last.p.visibleMs).toBeLessThanOrEqual(visibleMs)
  expect(last.p.activeMs).toBeLessThanOrEqual(last.p.visibleMs)
})

test('what was typed is nowhere in the store', async ({ page, site }) => {
  await page.goto(site.url())
  await page.waitForFunction(() => window.unblink?.place !== undefined)
  await page.fill('input[name=q]', 'my secret words')
  await page.click('#send')
  await page.waitForURL('**/next*')
  await page.goto(site.url())
  await sendNow(page)
  const submit = await site.waitFor('interaction', ({ p }) => p.kind === 'submit')
  expect(submit.p).toMatchObject({ target: 'form#form' })
  expect(JSON.stringify(site.events())).not.toContain('secret')
})

test('commands pushed before the runtime came are not lost', async ({ page, site }) => {
  await page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () =>
      window.unblink!.push('conversion', { goal: 'apply', value: 3, currency: 'EUR' }),
    )
  })
  await page.goto(site.url())
  await sendNow(page)
  const conversion = await site.waitFor('conversion')
  expect(conversion.p).toEqual({ goal: 'apply', value: 3, currency: 'EUR' })
})

test('every event of a view is numbered without a gap', async ({ page, site }) => {
  await page.goto(site.url())
  await page.waitForFunction(() => window.unblink?.place !== undefined)
  for (let step = 0; step < 5; step++) await page.evaluate((n) => window.unblink!.push('event', 'step', { n }), step)
  await site.waitFor('custom', ({ p }) => p.props?.['n'] === 4)
  const view = site.events('page_view')[0]!.pv
  const numbers = site
    .events()
    .filter(({ pv }) => pv === view)
    .map(({ n }) => n)
    .sort((a, b) => a - b)
  expect(numbers).toEqual(numbers.map((_, index) => index))
})
