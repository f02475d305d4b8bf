import { startBank, type BankServer } from '@unblink-examples/bank'
import { expect as playwrightExpect, type Page } from '@playwright/test'
import { flickerMatchers, locatePage, startFlickerProbe } from '@unblink/testing'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { screenTest as test } from '../support/display.ts'

const expect = playwrightExpect.extend(flickerMatchers)

/** The colours of the bank's banners, as its style sheet has them. */
const BANNER = {
  hero: { selector: '[data-unblink="home.hero"]', baseline: [11, 31, 63], variant: [20, 133, 79] },
} as const

let bank: BankServer
let dataDir: string
test.beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'unblink-bank-'))
  bank = await startBank({ port: 0, dataDir })
})
test.afterEach(async () => {
  await bank.close()
  await rm(dataDir, { recursive: true, force: true })
})
test.use({ trace: 'off', screenshot: 'off', video: 'off' })

const heading = (page: Page, slot: string) => page.locator(`[data-unblink="home.${slot}"]`).getByRole('heading').first()

/** Reads a page as a person does, until the server has learnt from it. */
async function readAbout(page: Page, path: string, category: string) {
  await page.goto(bank.url + path)
  const getScore = () =>
    page.evaluate(async () => {
      const body = JSON.stringify({
        v: 1,
        key: window.unblink!.key,
        slots: {},
        url: '/',
        consent: window.unblink!.consent,
      })
      const reply = (await (await fetch('/u/v1/p', { method: 'POST', body })).json()) as {
        attributes: { intent?: { primary?: string } }
      }
      return reply.attributes.intent?.primary
    })
  for (let step = 0; step < 200 && (await getScore()) !== category; step++) {
    await page.mouse.move(200 + 12 * (step % 30), 300 + 10 * (step % 20))
    await page.mouse.wheel(0, 40)
    await page.waitForTimeout(200)
  }
  expect(await getScore()).toBe(category)
}

test('reading about mortgages makes the hero a mortgage banner on the next view, from its first frame', async ({
  page,
  display,
}) => {
  // Nobody of the holdout.
  await page.goto(`${bank.url}/?visitor=control`)
  const baseline = await heading(page, 'hero').textContent()
  await readAbout(page, '/mortgages', 'mortgage')

  const place = await locatePage(page, display)
  // A busy machine may let a view miss its deadline: then the default stays, without a flicker, and the next view is asked.
  for (let view = 0, final = ''; final !== 'variant'; view++) {
    expect(view).toBeLessThan(5)
    const probe = await startFlickerProbe(page, BANNER, { display, place })
    await page.goto(bank.url)
    await expect(page.locator('[data-unblink="home.hero"] a').first()).toBeVisible()
    await page.waitForTimeout(600)
    const report = await probe.stop()
    await expect(report).toHaveNoFlicker()
    final = report.slots['hero']!.verdict.final
  }
  expect(await heading(page, 'hero').textContent()).not.toBe(baseline)
})

test('logging in tells what the visitor holds, and the help follows', async ({ page }) => {
  await page.goto(`${bank.url}/?visitor=control`)
  await expect(heading(page, 'help')).toHaveText('How can we help?')
  await page.goto(`${bank.url}/login`)
  await page.getByLabel(/mortgage/i).check()
  await page
    .getByRole('button', { name: /log in|save/i })
    .first()
    .click()
  await page.waitForURL(bank.url + '/')
  await expect(heading(page, 'help')).toContainText(/mortgage/i)
})

test('an application is a conversion in the profile', async ({ page }) => {
  await page.goto(`${bank.url}/apply`)
  await page.goto(`${bank.url}/thanks`)
  await page.goto(`${bank.url}/u/live`)
  await expect(page.getByText('conversion', { exact: true }).first()).toBeVisible()
})

for (const [profile, outcome] of [
  ['slow', /./],
  ['late', 'baseline'],
  ['dead', 'baseline'],
] as const) {
  test(`the demonstration's "${profile}" profile never leaves the hero blank`, async ({ page, display }) => {
    const place = await locatePage(page, display)
    const probe = await startFlickerProbe(page, BANNER, { display, place })
    await page.goto(`${bank.url}/?profile=${profile}`, { waitUntil: 'commit' })
    await expect(heading(page, 'hero')).toBeVisible()
    await page.waitForTimeout(600)
    const report = await probe.stop()
    await expect(report).toHaveNoFlicker()
    expect(report.slots['hero']!.verdict.final).toMatch(outcome)
  })
}
