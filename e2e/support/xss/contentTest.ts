import { test as base, expect, type Page } from '@playwright/test'
import { startContentSite, type ContentPage, type ContentSite } from './contentSite.ts'
import type { XssReport } from './watchXss.ts'

/** Tests of contents: one site a worker. */
export const test = base.extend<object, { site: ContentSite }>({
  site: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
    async ({}, use) => {
      const site = await startContentSite()
      await use(site)
      await site.close()
    },
    { scope: 'worker' },
  ],
})

/** A slot after the runtime has done with it. */
export interface Outcome {
  readonly html: string
  readonly state: number
  readonly cause?: string
}

export const readSlots = (page: Page) =>
  page.evaluate<Outcome[]>(
    `Object.values(unblink.slots).map(({ element, state, cause }) => ({ html: element.outerHTML.trim(), state, ...(cause && { cause }) }))`,
  )

/** What the page says of itself. */
export const readReport = (page: Page) => page.evaluate<XssReport>('xssReport')

/** By the driver itself: a page's policy may forbid what `waitForFunction` does. */
export const until = (page: Page, expression: string) =>
  expect.poll(() => page.evaluate<boolean>(`!!(${expression})`).catch(() => false), expression).toBe(true)

/** Opens a page and waits until all its slots are shown. */
export async function open(page: Page, site: ContentSite, given: ContentPage): Promise<Outcome[]> {
  await page.goto(site.open(given))
  await until(page, 'Object.values(unblink.slots).every(({ state }) => state > 1)')
  return readSlots(page)
}
