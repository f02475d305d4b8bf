import { sendNow } from '../support/sendNow.ts'
import { expect, test } from '../support/site.ts'
import { comeBack, expectNoGaps, getSteps, openSite, range, trackSteps } from '../support/steps.ts'

/** What only Chromium's driver can do to a browser. */
test('C1 a tab that crashes has lost nothing that was durable', async ({ browserName, context, site }) => {
  test.skip(browserName !== 'chromium', 'only Chromium’s driver crashes a tab')
  site.setCollector('cut')
  const tab = await context.newPage()
  await openSite(tab, site)
  expect(await trackSteps(tab, 0, 39)).toBe(40)
  const crashed = tab.waitForEvent('crash')
  const session = await context.newCDPSession(tab)
  session.send('Page.crash').catch(() => {}) // nobody is left to answer
  await crashed
  expect(site.replies).toEqual([])

  site.setCollector('answer')
  await comeBack(context, site)
  await expect.poll(() => getSteps(site).length, { timeout: 30_000 }).toBe(40)
  expect(new Set(getSteps(site))).toEqual(new Set(range(0, 39)))
  await expectNoGaps(site)
})

test('while storage is full nothing is called durable, and nothing is lost; with room again it is', async ({
  browserName,
  page,
  site,
}) => {
  test.skip(browserName !== 'chromium', 'only Chromium’s driver fills a storage')
  site.setCollector('cut')
  const session = await page.context().newCDPSession(page)
  const { origin } = new URL(site.url())
  // Before anything is stored, because for a while Chromium believes in the room that it has found once.
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 })
  await page.goto(site.url())
  await page.waitForFunction(() => window.unblink?.place !== undefined)
  const push = (n: number) =>
    page.evaluate((n) => window.unblink!.push('event', 'step', { n, text: 'x'.repeat(9_000) }) as Promise<boolean>, n)
  expect([await push(0), await push(1)]).toEqual([false, false])
  await session.send('Storage.overrideQuotaForOrigin', { origin })
  expect(await push(2)).toBe(true)
  // What was only in memory went along.
  await page.goto('about:blank')
  expect(site.replies).toEqual([])

  site.setCollector('answer')
  await openSite(page, site)
  await sendNow(page)
  await expect.poll(() => getSteps(site).sort(), { timeout: 30_000 }).toEqual([0, 1, 2])
  await expectNoGaps(site)
})
