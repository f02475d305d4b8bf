import { startBank, type BankServer } from '@unblink-examples/bank'
import { expect, test as base, type Page } from '@playwright/test'
import type { Exposure } from '@unblink/protocol'
import Database from 'libsql'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sendNow } from '../support/sendNow.ts'

/** The rows of the tour in examples/bank/README.md that the other specs do not walk. */
const test = base.extend<{ bank: BankServer & { readonly dataDir: string } }>({
  bank: async ({ browserName: _ }, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'unblink-tour-'))
    const server = await startBank({ port: 0, dataDir })
    await use({ ...server, dataDir })
    await server.close()
    await rm(dataDir, { recursive: true, force: true })
  },
})

const panel = (page: Page, slot: string) => page.locator(`[data-unblink="${slot}"]`)

/** What the collector has stored of a slot's exposures, in order. */
async function readExposures(dataDir: string, slot: string): Promise<Exposure[]> {
  const [file] = (await readdir(dataDir)).filter((name) => /\.(db|sqlite)$/.test(name))
  const database = new Database(join(dataDir, file!), { readonly: true })
  try {
    const rows = database.prepare("select payload from events where type = 'exposure' order by at, seq").all()
    return (rows as { payload: string }[])
      .map(({ payload }) => JSON.parse(payload) as Exposure)
      .filter((exposure) => exposure.slot === slot)
  } finally {
    database.close()
  }
}

async function expectExposure(page: Page, dataDir: string, slot: string, exposure: Partial<Exposure>) {
  await sendNow(page)
  await expect
    .poll(() => readExposures(dataDir, slot), { timeout: 6_000 })
    .toContainEqual(expect.objectContaining(exposure))
}

/** A busy machine may let a view miss its deadline: then the default stays, and the next view is asked. */
const visitUntil = (page: Page, url: string, check: () => Promise<void>) =>
  expect(async () => {
    await page.goto(url)
    await check()
  }).toPass({ timeout: 45_000 })

test('the experiment: control shows the default, the other variant its own words, and both are told', async ({
  page,
  bank,
}) => {
  const promo = panel(page, 'home.promo')
  await visitUntil(page, `${bank.url}/?visitor=control`, async () => {
    await expect(promo).toContainText('Switch to us in seven days')
    await expectExposure(page, bank.dataDir, 'home.promo', { experience: 'promo-wording', outcome: 'control' })
  })
  await page.getByRole('link', { name: 'with the new wording' }).click()
  await visitUntil(page, bank.url, async () => {
    await expect(promo).toContainText('Moving banks, without a form', { timeout: 2_000 })
    await expectExposure(page, bank.dataDir, 'home.promo', { variant: 'no-forms', outcome: 'variant' })
  })
})

test('who is held out sees every default, and is measured', async ({ page, bank }) => {
  await visitUntil(page, `${bank.url}/?visitor=held-out`, async () => {
    await expect(panel(page, 'home.promo')).toContainText('Switch to us in seven days')
    for (const slot of ['home.hero', 'home.promo'])
      await expectExposure(page, bank.dataDir, slot, { outcome: 'holdout', reason: 'holdout' })
  })
})

test('the trigger and the cap: an offer of advice comes when the page has been read, twice at most', async ({
  page,
  bank,
}) => {
  const adviser = panel(page, 'mortgages.adviser')
  const readToTheEnd = async () => {
    await expect(adviser).toContainText('A question of your own?')
    await adviser.scrollIntoViewIfNeeded()
    await expect(adviser).toContainText('Still weighing it up?')
    await page.waitForTimeout(1_200)
  }
  await page.goto(`${bank.url}/mortgages?visitor=control`)
  await readToTheEnd()
  await expectExposure(page, bank.dataDir, 'mortgages.adviser', { experience: 'adviser-hesitant', outcome: 'late' })
  await page.goto(`${bank.url}/mortgages`)
  await readToTheEnd()
  await page.goto(`${bank.url}/mortgages`)
  await adviser.scrollIntoViewIfNeeded()
  await page.waitForTimeout(2_000)
  await expect(adviser).toContainText('A question of your own?')
})

test('"not now" puts the default back, for this visit', async ({ page, bank }) => {
  const adviser = panel(page, 'mortgages.adviser')
  await page.goto(`${bank.url}/mortgages?visitor=control`)
  await expect(adviser).toContainText('A question of your own?')
  await adviser.scrollIntoViewIfNeeded()
  await adviser.getByRole('button', { name: 'Not now' }).click()
  await expect(adviser).toContainText('A question of your own?')
  await page.goto(`${bank.url}/mortgages`)
  await adviser.scrollIntoViewIfNeeded()
  await page.waitForTimeout(2_000)
  await expect(adviser).toContainText('A question of your own?')
})

test('the template: the help names what the visitor holds', async ({ page, bank }) => {
  await page.goto(`${bank.url}/login?visitor=control`)
  await page.getByLabel(/mortgage/i).check()
  await page.getByLabel(/card/i).check()
  await page
    .getByRole('button', { name: /log in|save/i })
    .first()
    .click()
  await page.waitForURL(`${bank.url}/`)
  await visitUntil(page, bank.url, () =>
    expect(panel(page, 'home.help').locator('b')).toHaveText(['mortgage', 'card'], { timeout: 2_000 }),
  )
})

test('the schedule: the phones are open on weekdays from eight to eight in London', async ({ page, bank }) => {
  const london = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/London',
    weekday: 'short',
    hour: '2-digit',
    hour12: false,
  })
  const parts = Object.fromEntries(london.formatToParts(Date.now()).map(({ type, value }) => [type, value]))
  const isOpen = !/Sat|Sun/.test(parts['weekday']!) && Number(parts['hour']) >= 8 && Number(parts['hour']) < 20
  await visitUntil(page, `${bank.url}/apply?visitor=control`, () =>
    expect(panel(page, 'apply.phone')).toContainText(isOpen ? 'The phones are open.' : 'the next working day', {
      timeout: 2_000,
    }),
  )
})

test('intents 1, 2 and 3: what is read most comes first in the offers', async ({ page, bank }) => {
  await page.goto(`${bank.url}/cards?visitor=control`)
  const first = panel(page, 'home.offers').getByRole('heading').first()
  await expect(async () => {
    await page.goto(`${bank.url}/cards`)
    for (let step = 0; step < 20; step++) {
      await page.mouse.move(200 + 12 * step, 300 + 5 * step)
      await page.mouse.wheel(0, 40)
      await page.waitForTimeout(150)
    }
    await page.goto(bank.url)
    await expect(first).toHaveText('Pay without a fee', { timeout: 1_500 })
  }).toPass({ timeout: 45_000 })
})
