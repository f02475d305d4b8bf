import { startDisplay } from '@unblink/testing'
import { startBareChromium } from '../support/bareChromium.ts'
import { startRotationSite } from '../support/rotationSite.ts'
import { button, expectStill, heading, open, pass, settle, slot, test } from '../support/rotationTest.ts'
import { expect, test as base } from '../support/site.ts'

test('who else fills the slot keeps it: the buttons go, and nothing turns any more', async ({ page, rotating }) => {
  await open(page, rotating)
  await slot(page).evaluate((element) => {
    const mine = document.createElement('h2')
    mine.textContent = 'Mine'
    element.replaceChildren(mine)
  })
  await expect(slot(page).getByRole('button')).toHaveCount(0)
  await expectStill(page, 'Mine')
  expect(await slot(page).evaluate((element) => element.getAttributeNames())).toEqual(['data-unblink', 'aria-label'])
})

test('a slot that is taken out of the page ends its rotation', async ({ page, rotating }) => {
  await open(page, rotating)
  const element = await slot(page).elementHandle()
  await element.evaluate((element) => element.remove())
  await settle(page)
  await pass(page)
  expect(await element.evaluate((element) => element.shadowRoot!.querySelectorAll('button').length)).toBe(0)
  expect(await element.evaluate((element) => element.querySelector('h2')!.textContent)).toBe('One')
})

test('a route change ends it and takes the buttons away', async ({ page, rotating }) => {
  await open(page, rotating)
  await pass(page)
  await page.evaluate(() => history.pushState({}, '', '/route'))
  await expect(slot(page).getByRole('button')).toHaveCount(0)
  await expect
    .poll(() => slot(page).evaluate((element) => element.getAttributeNames()))
    .toEqual(['data-unblink', 'aria-label'])
  await expectStill(page, 'Two')
})

test('a page that comes back from the back/forward cache goes on where it was', async ({ page, rotating }) => {
  await open(page, rotating)
  await pass(page)
  await expect(heading(page)).toHaveText('Two')
  // As the browser fires it: whether it keeps a page depends on too much else.
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  await expect(slot(page).getByRole('button')).toHaveCount(2)
  await settle(page)
  await pass(page)
  await expect(heading(page)).toHaveText('Four')
})

test('the runtime of another origin finds the part that rotates, too', async ({ page, rotating }) => {
  const hosts: string[] = []
  page.on('request', (request) => {
    const { hostname, pathname } = new URL(request.url())
    if (pathname.endsWith('.js')) hosts.push(hostname)
  })
  await open(page, rotating, { foreign: true })
  expect(hosts.length).toBeGreaterThan(1)
  expect(new Set(hosts)).toEqual(new Set(['localhost']))
  await pass(page)
  await expect(heading(page)).toHaveText('Two')
})

test('an element that cannot hold the buttons does not rotate, and says so', async ({ page, rotating }) => {
  await page.clock.install()
  await page.goto(rotating.url({ tag: 'fieldset' }))
  await expect(heading(page)).toHaveText('One')
  const [error] = await rotating.waitFor('error', 1)
  expect(error!.p).toEqual({ code: 'rotation', slot: 'offers' })
  await expectStill(page, 'One')
})

base('the buttons are called what the site calls them', async ({ page }) => {
  const site = await startRotationSite({ labels: { pause: 'Anhalten', play: 'Weiterlaufen', next: 'Nächstes' } })
  try {
    await page.clock.install()
    await page.goto(site.url())
    await button(page, 'Anhalten').click()
    await button(page, 'Weiterlaufen').click()
    await expect(button(page, 'Nächstes')).toBeVisible()
  } finally {
    await site.close()
  }
})

base('a variant that faded in late rotates as well', async ({ page }) => {
  const site = await startRotationSite({}, { deadlineMs: 200, late: 'fade' })
  try {
    await open(page, site, { late: true })
    await pass(page)
    await expect(heading(page)).toHaveText('Two')
  } finally {
    await site.close()
  }
})

base(
  'with reduced motion set before the start, Firefox moves nothing either',
  async ({ playwright, browserName, launchOptions, channel }) => {
    base.skip(browserName !== 'firefox', 'Chromium has its own tests')
    const site = await startRotationSite()
    const browser = await playwright.firefox.launch({
      ...launchOptions,
      ...(channel ? { channel } : {}),
      firefoxUserPrefs: { 'ui.prefersReducedMotion': 1 },
    })
    try {
      const page = await browser.newPage()
      await open(page, site)
      await expectStill(page, 'One')
      await expect(slot(page).getByRole('button')).toHaveCount(1)
      await button(page, 'Show next').click()
      await expect(heading(page)).toHaveText('Two')
    } finally {
      await browser.close()
      await site.close()
    }
  },
)

base('in a tab behind another nothing turns, and that time is not told as seen', async ({ browserName }) => {
  base.skip(browserName !== 'chromium', 'the driver of Firefox opens no tab behind another')
  const everyMs = 8_000
  const hiddenMs = 10_000
  const site = await startRotationSite({ everyMs })
  const display = await startDisplay()
  const chromium = await startBareChromium(display)
  try {
    const openedAt = Date.now()
    const tab = await chromium.open(site.url())
    await expect.poll(() => site.files).toContain('/u/unblink-more.js')
    await site.waitFor('exposure', 1)
    await chromium.open('about:blank')
    await new Promise((resolve) => setTimeout(resolve, hiddenMs))
    expect(site.events('rotation')).toEqual([])
    const shownAt = Date.now()
    await chromium.show(tab)
    const [turn] = await site.waitFor('rotation', 1)
    expect(turn!.at).toBeGreaterThanOrEqual(shownAt + everyMs)
    expect(turn!.p.shownMs).toBeLessThanOrEqual(turn!.at - openedAt - hiddenMs)
  } finally {
    await chromium.close()
    await display.close()
    await site.close()
  }
})
