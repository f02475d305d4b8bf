import type { Page } from '@playwright/test'
import type { Experience, Trigger } from '@unblink/protocol'
import { expect, test, toContent, type DeviceSite } from '../support/deviceSite.ts'
import { sendNow } from '../support/sendNow.ts'

const heading = (page: Page, slot: string) => page.locator(`[data-unblink=${slot}] h2`)

const when = (trigger: Trigger | readonly Trigger[], over: Partial<Experience> = {}): Experience => ({
  id: 'offer',
  slot: 'deep',
  kind: 'personalization',
  when: trigger,
  variants: [{ id: 'v', content: toContent('Offer') }],
  ...over,
})

/** Opens a page whose trigger is armed, and waits until it is. */
async function open(page: Page, site: DeviceSite, path = '/') {
  await page.goto(site.url(path))
  await page.waitForFunction(() => localStorage['unblink.device'])
  await page.waitForTimeout(100)
}

/** Moves the mouse out of the page. The driver of Firefox keeps it inside, so there the page is told what it would be told. */
async function leave(page: Page, x: number, y: number) {
  await page.mouse.move(300, 20)
  if (page.context().browser()!.browserType().name() === 'chromium') return page.mouse.move(x, y)
  await page.evaluate(
    ([clientX, clientY]) => {
      const init = { pointerType: 'mouse', clientX, clientY, bubbles: true }
      document.body.dispatchEvent(new PointerEvent('pointerout', init as PointerEventInit))
    },
    [x, y],
  )
}

const leaveByTheTop = (page: Page) => leave(page, 300, -20)

const readOutcomes = (site: DeviceSite, slot: string) =>
  site
    .events('exposure')
    .filter(({ p }) => p.slot === slot)
    .map(({ p: { outcome, experience } }) => (experience === undefined ? outcome : `${outcome} ${experience}`))

test('time on the page: an unseen slot is swapped at once, after its baseline’s exposure', async ({ page, start }) => {
  const site = await start({ experiences: [when({ timeOnPageMs: 1_000 })] })
  await page.goto(site.url())
  await expect(heading(page, 'deep')).toHaveText('Offer')
  await sendNow(page)
  const { p } = await site.waitFor('exposure', ({ p }) => p.outcome === 'late')
  expect(p).toMatchObject({ slot: 'deep', experience: 'offer', variant: 'v', reason: 'targeting_match' })
  expect(readOutcomes(site, 'deep')).toEqual(['baseline', 'late offer'])
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  // The next view begins anew: the server never decides it.
  await page.goto(site.url('/2'))
  await expect(heading(page, 'deep')).toHaveText('Deep default')
})

test('a page that tells many events before its rules have come keeps its triggers', async ({ page, start }) => {
  const site = await start({ experiences: [when({ timeOnPageMs: 300 })] })
  const asked = page.waitForRequest('**/unblink-more.js')
  // The rules come when the first of the events has been stored.
  await page.route('**/unblink-more.js', (route) => site.waitFor('custom').finally(() => route.continue()))
  await page.goto(site.url())
  await asked
  await page.evaluate(() => {
    for (let n = 0; n < 120; n++) void window.unblink!.push('event', 'tick')
  })
  await expect(heading(page, 'deep')).toHaveText('Offer')
})

test('scrolling: reached the share of the page, not before', async ({ page, start }) => {
  const site = await start({ experiences: [when({ scrollPercent: 35 })] })
  await open(page, site)
  await page.mouse.wheel(0, 300)
  await page.waitForTimeout(500)
  await expect(heading(page, 'deep')).toHaveText('Deep default')
  await page.mouse.wheel(0, 600)
  await expect(heading(page, 'deep')).toHaveText('Offer')
})

test('an element that is half in view', async ({ page, start }) => {
  const site = await start({
    experiences: [when({ seen: '#mark' }, { slot: 'hero' }), when({ seen: ':nowhere' }, { id: 'b' })],
  })
  await open(page, site)
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  await page.locator('#mark').scrollIntoViewIfNeeded()
  await page.waitForFunction(() => (localStorage['unblink'] as string | undefined)?.includes('"offer"'))
})

test('a slot that has been seen keeps its default by the policy `keep`, and has the variant in the next view', async ({
  page,
  start,
}) => {
  const site = await start({ experiences: [when({ exitIntent: true }, { slot: 'hero' })] })
  await open(page, site)
  // The pointer goes everywhere else, a finger goes away, and a drag leaves by the top.
  await leave(page, -20, 20)
  await page.evaluate(() => {
    for (const init of [{ pointerType: 'touch' }, { pointerType: 'mouse', buttons: 1 }])
      document.body.dispatchEvent(new PointerEvent('pointerout', { clientX: 300, clientY: -2, bubbles: true, ...init }))
  })
  await page.waitForTimeout(200)
  expect(await page.evaluate(() => localStorage['unblink'] as string | undefined)).not.toContain('"offer"')
  await leaveByTheTop(page)
  await page.waitForFunction(() => (localStorage['unblink'] as string | undefined)?.includes('"offer"'))
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  await page.goto(site.url('/2'))
  await expect(heading(page, 'hero')).toHaveText('Offer')
  expect(await page.evaluate(() => window.unblink!.slots['hero']!.hiddenAt)).toBeUndefined()
  await sendNow(page)
  await site.waitFor('exposure', ({ p }) => p.outcome === 'variant')
  expect(readOutcomes(site, 'hero')).toEqual(['baseline', 'variant offer'])
  await page.goto(site.url('/3'))
  await expect(heading(page, 'hero')).toHaveText('Hero default')
})

test('it fades into a seen slot where the site wants that, unless the visitor touched it', async ({ page, start }) => {
  const site = await start({
    slots: { hero: { deadlineMs: 3_000, late: 'fade' }, deep: {} },
    experiences: [when({ exitIntent: true }, { slot: 'hero' })],
  })
  await open(page, site)
  await leaveByTheTop(page)
  await expect(heading(page, 'hero').first()).toHaveText('Offer')
  await sendNow(page)
  await site.waitFor('exposure', ({ p }) => p.outcome === 'late')
  expect(readOutcomes(site, 'hero')).toEqual(['baseline', 'late offer'])

  await open(page, site, '/2')
  await heading(page, 'hero').click()
  await leaveByTheTop(page)
  await page.waitForFunction(() => (localStorage['unblink'] as string | undefined)?.includes('"offer"'))
  await expect(heading(page, 'hero')).toHaveText('Hero default')
})

test('inactivity in a visible tab, put off by every input', async ({ page, start }) => {
  const site = await start({ experiences: [when({ inactiveMs: 5_000 })] })
  await page.clock.install()
  await open(page, site)
  for (let x = 100; x < 500; x += 100) {
    await page.clock.fastForward(3_000)
    await page.mouse.move(x, 200)
  }
  await expect(heading(page, 'deep')).toHaveText('Deep default')
  await page.clock.fastForward(5_500)
  await expect(heading(page, 'deep')).toHaveText('Offer')
})

test('the nth view of a visit', async ({ page, start }) => {
  const site = await start({ experiences: [when({ view: { $gte: 2, $lte: 2 } })] })
  for (const [path, text] of [
    ['/1', 'Deep default'],
    ['/2', 'Offer'],
    ['/3', 'Deep default'],
  ] as const) {
    await open(page, site, path)
    await page.waitForFunction((n) => JSON.parse(localStorage['unblink.device'] as string).view === n, +path[1]!)
    await page.waitForTimeout(200)
    await expect(heading(page, 'deep')).toHaveText(text)
  }
})

test('views of a category, counted over pages', async ({ page, start }) => {
  const site = await start({
    categories: { loans: { paths: ['/loans/*'] } },
    experiences: [when({ categoryViews: { category: 'loans', times: 2 } })],
  })
  await open(page, site, '/loans/home')
  await open(page, site, '/other')
  await page.waitForTimeout(200)
  await expect(heading(page, 'deep')).toHaveText('Deep default')
  await open(page, site, '/loans/car')
  await expect(heading(page, 'deep')).toHaveText('Offer')
})

test('an event that the page pushes so many times, also before the runtime came', async ({ page, start }) => {
  const site = await start({ experiences: [when({ event: 'compare', times: 2 })] })
  await page.addInitScript(() => addEventListener('DOMContentLoaded', () => window.unblink!.push('event', 'compare')))
  await open(page, site)
  await expect(heading(page, 'deep')).toHaveText('Deep default')
  await page.evaluate(() => window.unblink!.push('event', 'compare'))
  await expect(heading(page, 'deep')).toHaveText('Offer')
})

test('a cart that is left alone, over pages; a purchase ends it', async ({ page, start }) => {
  const site = await start({ experiences: [when({ cartAbandonedMs: 60_000 })] })
  await page.clock.install()
  await open(page, site)
  await page.evaluate(() => window.unblink!.push('event', 'add_to_cart'))
  // The part that counts may still be on its way.
  await expect.poll(() => page.evaluate(() => localStorage['unblink.device'] as string)).toContain('cartAt')
  await page.clock.fastForward(40_000)
  await open(page, site, '/2')
  await expect(heading(page, 'deep')).toHaveText('Deep default')
  await page.clock.fastForward(40_000)
  await expect(heading(page, 'deep')).toHaveText('Offer')

  await open(page, site, '/3')
  await page.evaluate(() => window.unblink!.push('event', 'purchase'))
  await expect.poll(() => page.evaluate(() => localStorage['unblink.device'] as string)).not.toContain('cartAt')
  await open(page, site, '/4')
  await page.clock.fastForward(120_000)
  await expect(heading(page, 'deep')).toHaveText('Deep default')
})

test('it takes the slot only from what has a lower priority, and only for whom it is meant', async ({
  page,
  start,
}) => {
  const site = await start({
    audiences: { owners: { holdings: 'house' } },
    experiences: [
      when({ event: 'go' }, { id: 'low', priority: 1 }),
      when({ event: 'go' }, { id: 'others', priority: 9, audience: 'owners' }),
      {
        ...when({ event: 'go' }, { id: 'always', priority: 2 }),
        variants: [{ id: 'v', content: toContent('Always') }],
      },
      when({ event: 'go' }, { id: 'win', slot: 'hero', priority: 1 }),
    ].map(({ when, ...experience }) => (experience.id === 'always' ? experience : { ...experience, when: when! })),
    slots: { hero: { late: 'fade', deadlineMs: 3_000 }, deep: { deadlineMs: 3_000 } },
  })
  await open(page, site)
  await page.evaluate(() => window.unblink!.push('event', 'go'))
  await expect(heading(page, 'hero').first()).toHaveText('Offer')
  await expect(heading(page, 'deep')).toHaveText('Always')
})

test('the control of an experiment that waits is told at the same moment as its variants', async ({ page, start }) => {
  const site = await start({
    experiences: [when({ event: 'go' }, { kind: 'experiment', variants: [{ id: 'control' }] })],
  })
  await open(page, site)
  await page.evaluate(() => window.unblink!.push('event', 'go'))
  await page.waitForFunction(() => window.unblink!.slots['deep']!.decision?.experience)
  await sendNow(page)
  const { p } = await site.waitFor('exposure', ({ p }) => p.experience === 'offer')
  expect(p).toMatchObject({ outcome: 'control', variant: 'control', reason: 'split' })
  expect(readOutcomes(site, 'deep')).toEqual(['baseline', 'control offer'])
  await expect(heading(page, 'deep')).toHaveText('Deep default')
})

test('a visitor keeps the variant that they were given, whatever becomes of the shares', async ({ page, start }) => {
  const variants = ['a', 'b', 'c'].map((id) => ({ id, content: toContent(id) }))
  const site = await start({ experiences: [when({ event: 'go' }, { kind: 'experiment', variants })] })
  for (const variant of ['a', 'b', 'c']) {
    await open(page, site)
    await page.evaluate((variant) => {
      const kept = JSON.parse(localStorage['unblink.device'] as string) as { assignments: Record<string, string> }
      kept.assignments['offer'] = variant
      localStorage['unblink.device'] = JSON.stringify(kept)
      window.unblink!.push('event', 'go')
    }, variant)
    await expect(heading(page, 'deep')).toHaveText(variant)
  }
})

test('`explain` tells in the console who decided a slot, and what stops each experience', async ({ page, start }) => {
  const site = await start({
    audiences: { owners: { holdings: 'house' } },
    experiences: [
      when({ event: 'go' }),
      when({ event: 'never' }, { id: 'waiting', priority: 1 }),
      when({ event: 'go' }, { id: 'others', priority: 2, audience: 'owners' }),
    ],
  })
  await open(page, site)
  const explain = () =>
    page.evaluate(async () => {
      const told = (await window.unblink!.push('explain')) as readonly {
        slot: string
        by: string
        considered: readonly { experience: string; gate?: string }[]
      }[]
      const { by, considered } = told.find(({ slot }) => slot === 'deep')!
      return { by, considered: considered.map(({ experience, gate }) => [experience, gate]) }
    })
  expect(await explain()).toEqual({
    by: 'server',
    considered: [
      ['others', 'server'],
      ['waiting', 'trigger'],
      ['offer', 'trigger'],
    ],
  })
  await page.evaluate(() => window.unblink!.push('event', 'go'))
  await expect(heading(page, 'deep')).toHaveText('Offer')
  expect(await explain()).toEqual({
    by: 'late',
    considered: [
      ['others', 'server'],
      ['waiting', 'trigger'],
      ['offer', undefined],
    ],
  })
  expect(site.requests.filter((path) => path.endsWith('explain.js'))).toHaveLength(1)
})
