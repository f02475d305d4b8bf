import type { Page } from '@playwright/test'
import { recordShifts } from '../support/recordShifts.ts'
import { EVERY_MS, startRotationSite } from '../support/rotationSite.ts'
import { button, expectStill, heading, open, pass, settle, slot, test } from '../support/rotationTest.ts'
import { expect, test as base } from '../support/site.ts'

test('contents follow one another, then begin again; one that would shift the page is passed over', async ({
  page,
  rotating,
  browserName,
}) => {
  await recordShifts(page)
  await open(page, rotating)
  for (const name of ['Two', 'Four', 'One', 'Two']) {
    await pass(page)
    await expect(heading(page)).toHaveText(name)
  }
  const turns = await rotating.waitFor('rotation', 4)
  expect(turns.map(({ p }) => p.index)).toEqual([1, 3, 0, 1])
  for (const { p } of turns) {
    expect(p).toMatchObject({ slot: 'offers', experience: 'intents', variant: 'all', cause: 'auto' })
    expect(p.shownMs).toBeGreaterThanOrEqual(EVERY_MS)
  }
  if (browserName === 'chromium')
    expect(await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual([])
  expect(rotating.files).toContain('/u/unblink-more.js')
})

test('a page without a slot that rotates never loads what rotates', async ({ page, site }) => {
  await page.goto(site.url())
  await site.waitFor('exposure', ({ p }) => p.slot === 'hero')
  expect(site.requests).not.toContain('GET /u/unblink-more.js')
})

test('nothing moves under the pointer, and the time begins anew when it has left', async ({ page, rotating }) => {
  await open(page, rotating)
  await slot(page).getByText('What One').hover()
  await expectStill(page, 'One')
  await page.locator('#One').hover()
  await expectStill(page, 'One')
  await button(page, 'Show next').hover()
  await expectStill(page, 'One')
  await page.locator('#after').hover()
  await page.clock.fastForward(EVERY_MS - 5_000)
  await expect(heading(page)).toHaveText('One')
  await page.clock.fastForward(5_000)
  await expect(heading(page)).toHaveText('Two')
})

test('a slot that was touched stays as it is until it is started again', async ({ page, rotating }) => {
  await open(page, rotating)
  await slot(page).getByText('What One').click()
  await page.locator('#after').hover()
  await expectStill(page, 'One')
  await button(page, 'Start rotation').click()
  await page.locator('#after').hover()
  await pass(page)
  await expect(heading(page)).toHaveText('Two')
  await expect(button(page, 'Pause rotation')).toBeVisible()
})

base(
  'by touch: a finger on the content stops it, and one on the button starts it again',
  async ({ browser, browserName }) => {
    base.skip(browserName !== 'chromium', 'the driver of Firefox has no fingers')
    const site = await startRotationSite()
    const context = await browser.newContext({ hasTouch: true, viewport: { width: 390, height: 800 } })
    try {
      const page = await context.newPage()
      await open(page, site)
      await slot(page).getByText('What One').tap()
      await expectStill(page, 'One')
      await button(page, 'Start rotation').tap()
      await pass(page)
      await expect(heading(page)).toHaveText('Two')
    } finally {
      await context.close()
      await site.close()
    }
  },
)

test('focus in the content stops it for this view', async ({ page, rotating }) => {
  await open(page, rotating)
  await page.locator('#One').focus()
  await expect(button(page, 'Start rotation')).toBeVisible()
  await page.locator('#after').focus()
  await expectStill(page, 'One')
})

test('by keyboard: pause comes first, then next, then the content; each does what it says', async ({
  page,
  rotating,
}) => {
  await open(page, rotating)
  await page.locator('#before').focus()
  await page.keyboard.press('Tab')
  await expect(button(page, 'Pause rotation')).toBeFocused()
  await expectStill(page, 'One')
  await page.keyboard.press('Enter')
  await expect(button(page, 'Start rotation')).toBeFocused()
  await expectStill(page, 'One')

  await page.keyboard.press('Space')
  await expect(button(page, 'Pause rotation')).toBeFocused()
  await expect(slot(page)).toHaveAttribute('aria-live', 'off')
  await pass(page)
  await expect(heading(page)).toHaveText('Two')

  await page.keyboard.press('Tab')
  await expect(button(page, 'Show next')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(heading(page)).toHaveText('Four')
  await expect(button(page, 'Show next')).toBeFocused()
  await expect(slot(page)).toHaveAttribute('aria-live', 'polite')
  await expectStill(page, 'Four')
  await page.keyboard.press('Tab')
  await expect(page.locator('#Four')).toBeFocused()
  const turns = await rotating.waitFor('rotation', 2)
  expect(turns.map(({ p }) => [p.index, p.cause])).toEqual([
    [1, 'auto'],
    [3, 'hand'],
  ])
})

test('who passes the buttons by keyboard is not surprised behind their back', async ({ page, rotating }) => {
  await open(page, rotating)
  await page.locator('#before').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Shift+Tab')
  await expect(page.locator('#before')).toBeFocused()
  await expectStill(page, 'One')
  await expect(button(page, 'Start rotation')).toBeVisible()
})

test('a screen reader finds a named region with two named buttons, and hears no change that nobody asked for', async ({
  page,
  rotating,
}) => {
  await open(page, rotating)
  await expect(slot(page)).toHaveAttribute('aria-live', 'off')
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - button "Before"
    - region "Offers":
      - button "Pause rotation"
      - button "Show next"
      - heading "One" [level=2]
      - paragraph: What One has to offer.
      - link "Go to One"
    - button "After"
  `)
  await button(page, 'Pause rotation').click()
  await expect(slot(page)).toHaveAttribute('aria-live', 'polite')
  const place = (await slot(page).boundingBox())!
  for (const name of ['Start rotation', 'Show next']) {
    const { x, y, width, height } = (await button(page, name).boundingBox())!
    expect(Math.min(width, height), name).toBeGreaterThanOrEqual(24)
    expect(x + width, name).toBeLessThan(place.x + place.width)
    expect(y + height, name).toBeLessThan(place.y + place.height)
    expect(x, name).toBeGreaterThan(place.x + place.width / 2)
    expect(y, name).toBeGreaterThan(place.y + place.height / 2)
  }
})

/** Stops each crossfade where it begins, so that it outlasts whatever a test does, however slow the machine. */
const freezeFades = (page: Page) =>
  slot(page).evaluate((element) => {
    const freeze = () => document.getAnimations().forEach((fade) => fade.pause())
    new MutationObserver(freeze).observe(element, { childList: true })
  })

test('during a crossfade the new content takes the clicks, and the old is out of reach', async ({ page, rotating }) => {
  await open(page, rotating)
  await freezeFades(page)
  await pass(page)
  expect(await slot(page).locator('h2').allTextContents()).toEqual(['Two', 'One'])
  await expect(slot(page).getByRole('heading')).toHaveText('Two')
  await page.locator('#Two').click()
  await expect(page).toHaveURL(/#Two$/)
  await page.evaluate(() => document.getAnimations().forEach((fade) => fade.finish()))
  await expect(slot(page).locator('h2')).toHaveText('Two')
})

test('asked for the next during a crossfade, the slot shows that and no picture of a picture', async ({
  page,
  rotating,
}) => {
  await open(page, rotating)
  await freezeFades(page)
  await button(page, 'Show next').click()
  await button(page, 'Show next').click()
  expect(await slot(page).locator('h2').allTextContents()).toEqual(['Four', 'Two'])
})

test('below the fold nothing turns, and time out of view is not told as seen', async ({ page, rotating }) => {
  await open(page, rotating, { below: true })
  await expectStill(page, 'One')
  await slot(page).scrollIntoViewIfNeeded()
  await settle(page)
  await pass(page)
  await expect(heading(page)).toHaveText('Two')
  const [turn] = await rotating.waitFor('rotation', 1)
  expect(turn!.p.shownMs).toBeLessThan(2 * EVERY_MS)
})

test('who prefers reduced motion sees nothing move, and can go on by hand', async ({ page, rotating, browserName }) => {
  test.skip(browserName !== 'chromium', 'the driver of Firefox cannot set the preference in an open page')
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await open(page, rotating)
  await expectStill(page, 'One')
  await expect(slot(page).getByRole('button')).toHaveCount(1)
  await button(page, 'Show next').click()
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  await expect(heading(page)).toHaveText('Two')
})

test('the preference for reduced motion holds from the moment it is set', async ({ page, rotating, browserName }) => {
  test.skip(browserName !== 'chromium', 'the driver of Firefox cannot set the preference in an open page')
  await open(page, rotating)
  await page.clock.fastForward(EVERY_MS - 5_000)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await expect(slot(page).getByRole('button')).toHaveCount(1)
  await expectStill(page, 'One')
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  await expect(button(page, 'Pause rotation')).toBeVisible()
  await pass(page)
  await expect(heading(page)).toHaveText('Two')
})
