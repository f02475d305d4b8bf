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
