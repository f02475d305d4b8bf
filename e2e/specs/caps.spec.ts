import type { Page } from '@playwright/test'
import type { Experience } from '@unblink/protocol'
import { expect, test, toContent, type DeviceSite } from '../support/deviceSite.ts'
import { sendNow } from '../support/sendNow.ts'

const heading = (page: Page, slot: string) => page.locator(`[data-unblink=${slot}] h2`)

const offer = (over: Partial<Experience> = {}): Experience => ({
  id: 'offer',
  slot: 'hero',
  kind: 'personalization',
  variants: [{ id: 'v', content: toContent('Offer') }],
  ...over,
})

interface Kept {
  readonly at: number
  readonly visit: number
  readonly counts: Readonly<Record<string, { ever?: Record<string, number> }>>
}

/** What the device remembers of its visitor; undefined while that is nothing. */
const readDevice = (page: Page) =>
  page.evaluate(() => {
    const text = localStorage['unblink.device'] as string | undefined
    return text === undefined ? undefined : (JSON.parse(text) as Kept)
  })

/** Waits until the device has counted so many. */
const whenCounted = (page: Page, kind: string, count: number, id = 'offer') =>
  expect.poll(async () => (await readDevice(page))?.counts[id]?.ever?.[kind]).toBe(count)

/** As if the visitor came back so much later. */
const comeBackAfter = (page: Page, ms: number) =>
  page.evaluate((ms) => {
    for (const key of ['unblink', 'unblink.device']) {
      const kept = JSON.parse(localStorage[key] as string, (name, value: unknown) =>
        /^(at|lastAt|expiresAt)$/.test(name) ? (value as number) - ms : value,
      ) as unknown
      localStorage[key] = JSON.stringify(kept)
    }
  }, ms)

const MINUTE = 60_000

/** Opens a page and waits until the capped offer has been looked at and counted. */
async function look(page: Page, site: DeviceSite, count: number) {
  await page.goto(site.url())
  await expect(heading(page, 'hero')).toHaveText('Offer')
  await whenCounted(page, 'impressions', count)
}

test('after as many impressions as the cap allows, the next view shows the default without hiding it', async ({
  page,
  start,
}) => {
  const site = await start({ experiences: [offer({ cap: { per: 'session', impressions: 2 } })] })
  await look(page, site, 1)
  await look(page, site, 2)
  await page.goto(site.url())
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  expect(await page.evaluate(() => window.unblink!.slots['hero']!.hiddenAt)).toBeUndefined()
  await sendNow(page)
  const { p } = await site.waitFor('exposure', ({ p }) => p.slot === 'hero' && p.outcome === 'baseline')
  expect(p).toMatchObject({ reason: 'cached', hiddenMs: 0 })
  expect(p.experience).toBeUndefined()
  await page.goto(site.url())
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  expect((await readDevice(page))!.counts['offer']!.ever).toEqual({ impressions: 2, ignored: 2 })
})

test('a cap for the visit ends with it, one for ever does not, and what waits for the next visit comes', async ({
  page,
  start,
}) => {
  const site = await start({
    experiences: [
      offer({ cap: { per: 'session', impressions: 1 } }),
      offer({ id: 'deal', slot: 'deep', cap: { per: 'ever', impressions: 1 } }),
      offer({ id: 'back', slot: 'deep', when: { visit: 2 }, variants: [{ id: 'v', content: toContent('Back') }] }),
    ],
  })
  await look(page, site, 1)
  await page.locator('[data-unblink=deep]').scrollIntoViewIfNeeded()
  await whenCounted(page, 'impressions', 1, 'deal')
  await page.goto(site.url('/between'))
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  // Where nothing of ours runs, which would take note that the visitor is still here.
  await page.goto(site.url('/u/health'))
  await comeBackAfter(page, 31 * MINUTE)
  // The first view back finds out that the visit is over, the second shows it.
  await page.goto(site.url())
  await expect(heading(page, 'deep')).toHaveText('Back')
  await page.waitForFunction(() => (JSON.parse(localStorage['unblink.device'] as string) as Kept).visit === 2)
  await page.goto(site.url())
  await expect(heading(page, 'hero')).toHaveText('Offer')
  await expect(heading(page, 'deep')).toHaveText('Back')
})

test('what is dismissed gives the default back at once and stays away, also in a visit weeks later', async ({
  page,
  start,
}) => {
  const site = await start({ experiences: [offer({ cap: { per: 'ever', dismissals: 1 } })] })
  await look(page, site, 1)
  await page.getByRole('button', { name: 'No, thanks' }).click()
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  await whenCounted(page, 'dismissals', 1)
  await page.goto(site.url('/u/health'))
  // What tells the snippet to look has to last as long.
  const [mark] = (await page.context().cookies()).filter(({ name }) => name === 'unblink')
  expect(mark!.expires * 1_000).toBeGreaterThan(Date.now() + 300 * 24 * 60 * MINUTE)
  await comeBackAfter(page, 20 * 24 * 60 * MINUTE)
  await page.goto(site.url())
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  expect(await page.evaluate(() => window.unblink!.slots['hero']!.hiddenAt)).toBeUndefined()
})

test('what is dismissed stays away when something is published, also in a page that says for which manifest it is rendered', async ({
  page,
  start,
}) => {
  const rules = { experiences: [offer({ cap: { per: 'ever', dismissals: 1 } })] }
  const site = await start(rules)
  await page.goto(site.url('/?tied'))
  await page.getByRole('button', { name: 'No, thanks' }).click()
  await whenCounted(page, 'dismissals', 1)
  site.publish({ ...rules, audiences: { all: {} } })
  await page.goto(site.url('/next?tied'))
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  expect(await page.evaluate(() => window.unblink!.slots['hero']!.hiddenAt)).toBeUndefined()
})

test('without a cap, what is dismissed by command comes again with the next view', async ({ page, start }) => {
  const site = await start({ experiences: [offer()] })
  await page.goto(site.url())
  await expect(heading(page, 'hero')).toHaveText('Offer')
  await page.evaluate(() => window.unblink!.push('dismiss', 'hero'))
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  await page.locator('[data-unblink=hero] h2').click()
  await sendNow(page)
  const { p } = await site.waitFor('interaction')
  expect(p.slot).toBe('hero')
  expect(p.experience).toBeUndefined()
  await page.goto(site.url())
  await expect(heading(page, 'hero')).toHaveText('Offer')
})

test('views that look at it and leave it alone are counted, those that touch it are not', async ({ page, start }) => {
  const site = await start({ experiences: [offer({ cap: { per: 'ever', ignored: 2 } })] })
  await look(page, site, 1)
  await look(page, site, 2)
  await whenCounted(page, 'ignored', 1)
  await page.getByRole('link', { name: 'More' }).click()
  await look(page, site, 3)
  await whenCounted(page, 'ignored', 1)
  await page.goto(site.url('/2'))
  await whenCounted(page, 'ignored', 2)
  await expect(heading(page, 'hero')).toHaveText('Hero default')
})

test('a capped experience gives way to the next one that admits the visitor', async ({ page, start }) => {
  const site = await start({
    experiences: [
      offer({ priority: 2, cap: { per: 'session', impressions: 1 } }),
      offer({ id: 'owners', priority: 1, audience: 'owners' }),
      offer({ id: 'second', variants: [{ id: 'v', content: toContent('Second') }] }),
    ],
    audiences: { owners: { holdings: 'house' } },
  })
  await look(page, site, 1)
  await page.goto(site.url())
  await expect(heading(page, 'hero')).toHaveText('Second')
  await sendNow(page)
  const { p } = await site.waitFor('exposure', ({ p }) => p.experience === 'second')
  expect(p).toMatchObject({ outcome: 'variant', reason: 'cached', hiddenMs: 0 })
})

test('without consent nothing is stored, and the cap holds from route to route', async ({ page, start }) => {
  const site = await start({
    experiences: [offer({ cap: { per: 'session', dismissals: 1 } })],
    consent: { personalization: 'pending', analytics: 'pending' },
  })
  await page.goto(site.url())
  await page.waitForLoadState('networkidle')
  await page.getByRole('button', { name: 'No, thanks' }).click()
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  await page.waitForLoadState('networkidle')
  await page.evaluate(async () => {
    // A router: the page's own content comes with the address.
    history.pushState(null, '', '/route')
    document.querySelector('[data-unblink=hero]')!.outerHTML =
      '<section data-unblink="hero"><div class="box"><h2>Route default</h2></div></section>'
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  })
  await expect(heading(page, 'hero')).toHaveText('Route default')
  await expect(page.locator('[data-unblink=hero]')).toBeVisible()
  expect(await page.evaluate(() => [Object.keys(localStorage), document.cookie])).toEqual([[], ''])
})

test('a cap holds where analytics are denied, and nobody hears of it', async ({ page, start }) => {
  const site = await start({
    experiences: [offer({ cap: { per: 'session', impressions: 1 } })],
    consent: { personalization: 'granted', analytics: 'denied' },
  })
  await look(page, site, 1)
  await page.goto(site.url())
  await expect(heading(page, 'hero')).toHaveText('Hero default')
  expect(site.requests).not.toContain('/u/v1/e')
})

test('"forget" and a withdrawn consent erase what was counted', async ({ page, start }) => {
  const site = await start({ experiences: [offer({ cap: { per: 'ever', impressions: 1 } })] })
  await look(page, site, 1)
  await page.evaluate(() => window.unblink!.push('forget'))
  expect(await page.evaluate(() => localStorage['unblink.device'] as unknown)).toBeUndefined()
  await look(page, site, 1)
  await page.evaluate(() => window.unblink!.push('consent', { personalization: 'denied' }))
  expect(await page.evaluate(() => localStorage['unblink.device'] as unknown)).toBeUndefined()
})

test('pages of a site without caps and triggers fetch neither rules nor the part for them', async ({ page, start }) => {
  const site = await start({ experiences: [offer()] })
  await page.goto(site.url())
  await expect(heading(page, 'hero')).toHaveText('Offer')
  await page.waitForTimeout(1_500)
  await sendNow(page)
  await site.waitFor('impression')
  expect(site.requests.filter((path) => /more|v1\/m/.test(path))).toEqual([])
})

test('where the server leaves the slots open, the page decides them with its caps and triggers', async ({
  page,
  start,
}) => {
  const site = await start({
    experiences: [
      offer({ cap: { per: 'session', impressions: 1 } }),
      offer({ id: 'deal', slot: 'deep', when: { event: 'go' } }),
    ],
  })
  await page.goto(site.url('/?open'))
  await expect(heading(page, 'hero')).toHaveText('Offer')
  await whenCounted(page, 'impressions', 1)
  await expect(heading(page, 'deep')).toHaveText('Deep default')
  await page.evaluate(() => window.unblink!.push('event', 'go'))
  await expect(heading(page, 'deep')).toHaveText('Offer')
  await page.evaluate(() => delete localStorage['unblink'])
  await page.goto(site.url('/?open'))
  await page.waitForFunction(() => window.unblink!.slots['hero']!.decision)
  await expect(heading(page, 'hero')).toHaveText('Hero default')
})
