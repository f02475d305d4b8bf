import type { Page } from '@playwright/test'
import type { SiteInput } from '@unblink/server'
import { expect, test, toContent, type DeviceSite } from '../support/deviceSite.ts'
import { sendNow } from '../support/sendNow.ts'

const heading = (page: Page, slot: string) => page.locator(`[data-unblink=${slot}] h2`)

const variant = (text: string) => [{ id: 'v', content: toContent(text) }]

/** Who has clicked is given another hero, and another slot further down. */
const rules = (over: Partial<SiteInput> = {}): SiteInput & { experiences: NonNullable<SiteInput['experiences']> } => ({
  id: 'test',
  keys: { browser: 'pk_test', server: 'sk_test_0123456789' },
  slots: { hero: { deadlineMs: 3_000 }, deep: { deadlineMs: 3_000 } },
  attributes: {
    clicks: { kind: 'count', on: { event: 'interaction', where: { kind: 'click', target: 'button#elsewhere' } } },
  },
  audiences: { once: { clicks: { $gte: 1 } }, twice: { clicks: { $gte: 2 } } },
  goals: { order: {} },
  experiences: [
    { id: 'hero-once', slot: 'hero', kind: 'personalization', audience: 'once', variants: variant('Hero once') },
    { id: 'deep-once', slot: 'deep', kind: 'personalization', audience: 'once', variants: variant('Deep once') },
    {
      id: 'deep-twice',
      slot: 'deep',
      kind: 'personalization',
      priority: 1,
      audience: 'twice',
      variants: variant('Deep twice'),
    },
  ],
  ...over,
})

/** Opens a page and waits until it watches, which it does from a file of its own. */
async function open(page: Page, site: DeviceSite, path = '/') {
  await page.goto(site.url(path))
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('unblink-watch.js')),
  )
  await page.waitForTimeout(300)
}

const countBatches = (site: DeviceSite) => site.requests.filter((path) => path === '/u/v1/e').length

test('what a click teaches changes a slot that nobody has seen, in the same view; one in view waits for the next', async ({
  page,
  start,
}) => {
  const site = await start(rules())
  await open(page, site)
  await page.locator('#elsewhere').click()
  await expect(heading(page, 'deep')).toHaveText('Deep once')
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  await page.locator('#elsewhere').click()
  await expect(heading(page, 'deep')).toHaveText('Deep twice')
  await sendNow(page)
  const { p } = await site.waitFor('exposure', ({ p }) => p.experience === 'deep-twice')
  expect(p).toMatchObject({ slot: 'deep', outcome: 'late', variant: 'v', reason: 'targeting_match' })
  const outcomes = site.events('exposure').filter(({ p }) => p.slot === 'deep')
  expect(outcomes.map(({ p }) => p.experience ?? p.outcome)).toEqual(['baseline', 'deep-once', 'deep-twice'])
  await page.goto(site.url('/next'))
  await expect(heading(page, 'hero')).toHaveText('Hero once')
  await expect(heading(page, 'deep')).toHaveText('Deep twice')
})

test('a slot that has been seen stays as it is, and one whose late policy is `next` does not change either', async ({
  page,
  start,
}) => {
  const site = await start(rules({ slots: { hero: { deadlineMs: 3_000, late: 'next' }, deep: { deadlineMs: 3_000 } } }))
  await open(page, site)
  await page.locator('[data-unblink=deep]').scrollIntoViewIfNeeded()
  await page.waitForTimeout(1_200)
  await sendNow(page)
  await site.waitFor('impression', ({ p }) => p.slot === 'deep')
  await page.evaluate(() => scrollTo(0, 0))
  await page.locator('#elsewhere').click()
  // The click travels with the next batch, since nothing here could use it at once.
  await sendNow(page)
  await site.waitFor('interaction')
  await page.waitForFunction(() => (localStorage['unblink'] as string | undefined)?.includes('deep-once'))
  await expect(heading(page, 'deep')).toHaveText('Deep default')
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  await page.goto(site.url('/next'))
  await expect(heading(page, 'deep')).toHaveText('Deep once')
})

test('that nothing matched is known to the next page, which hides nothing; what has matched since then, to the one after', async ({
  page,
  start,
}) => {
  const site = await start(rules())
  for (const path of ['/', '/next']) {
    await open(page, site, path)
    const acknowledged = page.waitForResponse((response) => response.url().endsWith('/u/v1/e'))
    await sendNow(page)
    // Before that, it may be there from the page before.
    await acknowledged
    await page.waitForFunction(() => (localStorage['unblink'] as string | undefined)?.includes('"hero"'))
  }
  // In the last moment of the page, so that no acknowledgement can tell it what comes of that.
  await page.evaluate(() =>
    addEventListener('pagehide', () => document.querySelector<HTMLElement>('#elsewhere')!.click()),
  )
  await page.goto(site.url('/third?slow'))
  await site.waitFor('interaction')
  await sendNow(page)
  for (const path of ['/next', '/third']) {
    const { p } = await site.waitFor('exposure', ({ p, lo }) => p.slot === 'hero' && lo === path)
    expect(p).toMatchObject({ outcome: 'baseline', reason: 'cached', hiddenMs: 0 })
  }
  // Stored comes before acknowledged.
  await page.waitForFunction(() => (localStorage['unblink'] as string | undefined)?.includes('Hero once'))
  await page.goto(site.url('/fourth'))
  await expect(heading(page, 'hero')).toHaveText('Hero once')
})

test('a page that says which manifest it is rendered for applies nothing that is remembered of another', async ({
  page,
  start,
}) => {
  const say = (text: string) =>
    rules({ experiences: [{ id: 'all', slot: 'hero', kind: 'personalization', variants: variant(text) }] })
  const isHidden = () => page.evaluate(() => window.unblink!.slots['hero']!.hiddenAt !== undefined)
  const site = await start(say('First'))
  await open(page, site, '/?tied')
  await page.waitForFunction(() => (localStorage['unblink'] as string | undefined)?.includes('First'))
  await page.goto(site.url('/next?tied'))
  await expect(heading(page, 'hero')).toHaveText('First')
  expect(await isHidden()).toBe(false)
  // By a page of ours that is open, an acknowledgement would bring the new one.
  await page.goto(site.url('/u/health'))
  site.publish(say('Second'))
  await page.goto(site.url('/third?slow&tied'))
  await expect(heading(page, 'hero')).toHaveText('Second')
  expect(await isHidden()).toBe(true)
})

for (const [arm, id] of [
  ['control', 'control'],
  ['late', 'v'],
] as const)
  test(`after a time-out, an experiment tells the ${arm} in the same cases as any other of its variants`, async ({
    page,
    start,
  }) => {
    const slots = { hero: { deadlineMs: 200, late: 'fade' }, deep: { deadlineMs: 3_000 } } as const
    const variants = [{ id: 'control' }, ...variant('Bold')].map((one) => ({ ...one, weight: one.id === id ? 1 : 0 }))
    const site = await start(
      rules({ slots, experiences: [{ id: 'test', slot: 'hero', kind: 'experiment', variants }] }),
    )
    await open(page, site, '/?slow')
    await sendNow(page)
    const { p } = await site.waitFor('exposure', ({ p }) => p.outcome === arm)
    expect(p).toMatchObject({ slot: 'hero', experience: 'test', variant: id, reason: 'timeout' })
    const told = site.events('exposure').filter((event) => event.p.slot === 'hero')
    expect(told.map((event) => event.p.outcome)).toEqual(['timeout', arm])
    await page.goto(site.url('/next'))
    const { p: vital } = await site.waitFor('vital')
    expect(vital.slots.find(({ slot }) => slot === 'hero')?.isFlicker).toBe(arm === 'late' ? true : undefined)
  })

test('nor does a trigger change a slot with that policy, even unseen; the next view has its variant', async ({
  page,
  start,
}) => {
  const offer = { id: 'offer', slot: 'deep', kind: 'personalization', when: { timeOnPageMs: 300 } } as const
  const site = await start(
    rules({
      slots: { hero: { deadlineMs: 3_000 }, deep: { deadlineMs: 3_000, late: 'next' } },
      experiences: [{ ...offer, variants: variant('Offer') }],
    }),
  )
  await page.goto(site.url())
  await page.waitForFunction(() => (localStorage['unblink'] as string | undefined)?.includes('"offer"'))
  await expect(heading(page, 'deep')).toHaveText('Deep default')
  await page.goto(site.url('/next'))
  await expect(heading(page, 'deep')).toHaveText('Offer')
})

test('what a trigger or a click has changed is no flicker: it was asked for', async ({ page, start }) => {
  const { experiences } = rules()
  const offer = { id: 'offer', slot: 'hero', kind: 'personalization', when: { timeOnPageMs: 300 } } as const
  const site = await start(
    rules({
      slots: { hero: { deadlineMs: 3_000, late: 'fade' }, deep: { deadlineMs: 3_000 } },
      experiences: [{ ...offer, variants: variant('Offer') }, ...experiences.filter(({ slot }) => slot === 'deep')],
    }),
  )
  await open(page, site)
  await expect(heading(page, 'hero').first()).toHaveText('Offer')
  await page.locator('#elsewhere').click()
  await expect(heading(page, 'deep')).toHaveText('Deep once')
  await page.goto(site.url('/next'))
  await sendNow(page)
  const { p } = await site.waitFor('vital')
  expect(p.slots.map(({ experience, outcome, isFlicker = false }) => [experience, outcome, isFlicker])).toEqual([
    ['offer', 'late', false],
    ['deep-once', 'late', false],
  ])
})

test('a conversion of the page, too; a control is counted when its variant would have been shown', async ({
  page,
  start,
}) => {
  const site = await start(
    rules({
      audiences: { buyer: { 'goals.order': { $gte: 1 } } },
      experiences: [
        {
          id: 'thanks',
          slot: 'deep',
          kind: 'experiment',
          audience: 'buyer',
          variants: [{ id: 'control' }, { id: 'none', weight: 0 }],
        },
      ],
    }),
  )
  await open(page, site)
  await page.evaluate(() => window.unblink!.push('conversion', { goal: 'order' }))
  await page.waitForFunction(() => window.unblink!.slots['deep']!.decision?.experience)
  await sendNow(page)
  const { p } = await site.waitFor('exposure', ({ p }) => p.experience === 'thanks')
  expect(p).toMatchObject({ slot: 'deep', outcome: 'control', reason: 'split', variant: 'control' })
  await expect(heading(page, 'deep')).toHaveText('Deep default')
})

test('where nothing can change in this view, a click is sent with what comes after it', async ({ page, start }) => {
  const site = await start(rules({ slots: { hero: { deadlineMs: 3_000 }, deep: { deadlineMs: 3_000, late: 'next' } } }))
  await open(page, site)
  // What the load itself has to tell has gone.
  await site.waitFor('exposure', ({ p }) => p.slot === 'deep')
  const before = countBatches(site)
  await page.locator('#elsewhere').click()
  await page.waitForTimeout(1_000)
  expect(countBatches(site)).toBe(before)
  await sendNow(page)
  await site.waitFor('interaction')
  await expect(heading(page, 'deep')).toHaveText('Deep default')
})
