import type { BrowserContext, Page } from '@playwright/test'
import { rm } from 'node:fs/promises'
import { findBrowser } from '../support/killBrowser.ts'
import { sendNow } from '../support/sendNow.ts'
import { expect, test } from '../support/site.ts'
import { comeBack, expectNoGaps, getCustom, getStep, getSteps, openSite, range, trackSteps } from '../support/steps.ts'

const whenBatchFails = (page: Page) => page.waitForEvent('requestfailed', (request) => request.url().endsWith('/v1/e'))

/**
 * How many events are durable when the browser is killed, a round each. Above 50 a request is on its way as well.
 * `npm run ledger` does it a hundred times, at random. Firefox takes a quarter of a minute for each, so `npm test` has it
 * killed once.
 */
const getKills = (browserName: string) =>
  process.env['UNBLINK_SPECS'] && browserName === 'firefox' ? [34] : [1, 8, 34, 89]

test('C1 kills of the browser right after track() lose nothing that was durable', async ({
  playwright,
  browserName,
  channel,
  launchOptions,
  site,
}, testInfo) => {
  test.skip(process.platform !== 'linux', 'finds the processes of the browser in /proc')
  test.setTimeout(240_000)
  const profileDir = testInfo.outputPath('profile')
  const launch = (): Promise<BrowserContext> =>
    playwright[browserName].launchPersistentContext(profileDir, { ...launchOptions, ...(channel && { channel }) })
  const ledger: string[] = []
  site.setCollector('cut')

  for (const [round, killAt] of getKills(browserName).entries()) {
    const context = await launch()
    const browser = findBrowser(profileDir)
    const whenClosed = new Promise((resolve) => context.once('close', resolve))
    const endOfRound = ledger.length + killAt
    await context.exposeFunction('noteDurable', (entry: string) => {
      ledger.push(entry)
      if (ledger.length === endOfRound) browser.kill()
    })
    const page = context.pages()[0]!
    await openSite(page, site)
    await page.evaluate((round) => {
      const { noteDurable } = window as unknown as { noteDurable(entry: string): void }
      const track = async (n: number) => {
        const isDurable = await window.unblink!.push('event', 'kill', { entry: `${round}.${n}` })
        if (isDurable === true) noteDurable(`${round}.${n}`)
      }
      let n = 0
      setInterval(() => {
        for (let count = 0; count < 3; count++) void track(n++)
      }, 5)
    }, round)
    await whenClosed
    await browser.whenGone()
  }
  expect(site.replies).toEqual([])

  site.setCollector('answer')
  const context = await launch()
  await openSite(context.pages()[0]!, site)
  await sendNow(context.pages()[0]!)
  const getEntries = () => getCustom(site).map(({ p }) => p.props?.['entry'])
  const getLost = () => {
    const stored = new Set(getEntries())
    return ledger.filter((entry) => !stored.has(entry))
  }
  await expect.poll(getLost, { timeout: 30_000 }).toEqual([])
  // Transactions are kept in order, so what a killed view has left behind ends somewhere, but has no hole.
  await expectNoGaps(site)
  await context.close()
  await rm(profileDir, { recursive: true, maxRetries: 5 })
  // An event may have become durable without a chance to say so, but none is there twice.
  expect(new Set(getEntries()).size).toBe(getEntries().length)
})

test('a server that goes away in the middle of deliveries stores each event once when it is back', async ({
  page,
  site,
}) => {
  test.setTimeout(120_000)
  await openSite(page, site)
  // Until the end, so that every cut finds something on its way.
  const tracked = page.evaluate(async () => {
    const promises: unknown[] = []
    while (!('isEnough' in window)) {
      for (let count = 0; count < 5; count++) {
        promises.push(window.unblink!.push('event', 'step', { n: promises.length }))
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return Promise.all(promises)
  })
  for (let cut = 0; cut < 3; cut++) {
    const stored = getSteps(site).length
    await expect.poll(() => getSteps(site).length, { timeout: 30_000 }).toBeGreaterThan(stored)
    const failed = whenBatchFails(page)
    await site.stop()
    await failed
    await site.restart()
  }
  await page.evaluate(() => Object.assign(window, { isEnough: true }))
  const promised = await tracked
  expect(promised).toEqual(promised.map(() => true))
  await expect.poll(() => getSteps(site).length, { timeout: 60_000 }).toBe(promised.length)
  const inOrder = getCustom(site)
    .sort((a, b) => a.n - b.n)
    .map(getStep)
  expect(inOrder).toEqual(range(0, promised.length - 1))
  await expectNoGaps(site)
})

test('C4 a lost acknowledgement makes the page repeat the batch, and the collector knows the repeat', async ({
  page,
  site,
}) => {
  await openSite(page, site)
  site.setCollector('mute')
  const failed = whenBatchFails(page)
  // So many that they are sent at once.
  expect(await trackSteps(page, 0, 59)).toBe(60)
  await failed
  const unheard = site.replies.length
  const stored = site.events()
  expect(getSteps(site).length).toBeGreaterThan(0)

  site.setCollector('answer')
  const countRepeats = () => site.replies.slice(unheard).reduce((sum, { dup }) => sum + dup, 0)
  await expect.poll(countRepeats, { timeout: 30_000 }).toBeGreaterThanOrEqual(stored.length)
  await expect.poll(() => getSteps(site).length).toBe(60)
  expect(new Set(getSteps(site))).toEqual(new Set(range(0, 59)))
  await expectNoGaps(site)
})

/** Adds a link with this id to the end of the page, where no slot can take it away, and follows it. */
async function follow(
  page: Page,
  id: string,
  attributes: Record<string, string> = {},
  delayMs?: number,
): Promise<void> {
  await page.evaluate(
    ([id, attributes, delayMs]) => {
      const link = Object.assign(document.createElement('a'), { id, href: '/next', textContent: 'Leave' })
      for (const [name, value] of Object.entries(attributes)) link.setAttribute(name, value)
      link.addEventListener('click', (event) => {
        if (delayMs === undefined) return
        event.preventDefault()
        setTimeout(() => location.assign(link.href), delayMs)
      })
      document.body.append(link)
    },
    [id, attributes, delayMs] as const,
  )
  await page.click(`#${id}`)
}

/** Ways in which a visitor leaves the page, by the last thing that they did there. */
const LEAVES: Record<string, (page: Page) => Promise<void>> = {
  async 'click a#link'(page) {
    await follow(page, 'link')
    await page.waitForURL('**/next')
  },
  async 'click a#delayed'(page) {
    await follow(page, 'delayed', {}, 50)
    await page.waitForURL('**/next')
  },
  async 'click a#tab'(page) {
    const whenOpened = page.waitForEvent('popup')
    await follow(page, 'tab', { target: '_blank' })
    await whenOpened
    await page.close()
  },
  async 'submit form#form'(page) {
    await page.locator('#form').evaluate((form: HTMLFormElement) => form.requestSubmit())
    await page.waitForURL('**/next?*')
  },
}

test('C19 what a visitor did last is stored when they come back, however they left', async ({ context, site }) => {
  // Nothing gets through while the page is left: only what is durable by then can come back.
  site.setCollector('cut')
  for (const leave of Object.values(LEAVES)) {
    const page = await context.newPage()
    await openSite(page, site)
    await leave(page)
  }
  expect(site.replies).toEqual([])

  site.setCollector('answer')
  await comeBack(context, site)
  const getInteractions = () => site.events('interaction').map(({ p }) => `${p.kind} ${p.target}`)
  await expect.poll(() => getInteractions().sort(), { timeout: 30_000 }).toEqual(Object.keys(LEAVES).sort())
  await expectNoGaps(site)
})

test('what went by beacon and is still in the queue is stored once', async ({ page, site }) => {
  await openSite(page, site)
  const countRepeats = () => site.replies.reduce((sum, { dup }) => sum + dup, 0)
  expect(await trackSteps(page, 0, 9)).toBe(10)
  await page.goto('about:blank')
  await expect.poll(() => getSteps(site)).toEqual(range(0, 9))
  expect(countRepeats()).toBe(0)

  await openSite(page, site)
  await sendNow(page)
  await expect.poll(countRepeats, { timeout: 30_000 }).toBeGreaterThanOrEqual(10)
  expect(getSteps(site)).toEqual(range(0, 9))
  await expectNoGaps(site)
})

test('what is in the queue of closed tabs is delivered by the next page of the site', async ({ context, site }) => {
  site.setCollector('cut')
  const tabs = [await context.newPage(), await context.newPage()] as const
  for (const tab of tabs) await openSite(tab, site)
  expect(await Promise.all([trackSteps(tabs[0], 0, 9), trackSteps(tabs[1], 10, 19)])).toEqual([10, 10])
  for (const tab of tabs) await tab.close()
  expect(site.replies).toEqual([])

  site.setCollector('answer')
  await comeBack(context, site)
  await expect.poll(() => getSteps(site).length, { timeout: 30_000 }).toBe(20)
  expect(new Set(getSteps(site))).toEqual(new Set(range(0, 19)))
  await expectNoGaps(site)
})
