import type { Page } from '@playwright/test'
import { EVERY_MS, startRotationSite, type RotationPage, type RotationSite } from './rotationSite.ts'
import { expect, test as base } from './site.ts'

/** A site whose slot rotates, and what the page's policy complained of. */
export const test = base.extend<{ rotating: RotationSite; violations: string[] }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
  rotating: async ({}, use) => {
    const site = await startRotationSite()
    await use(site)
    await site.close()
  },
  violations: [
    async ({ page }, use) => {
      const violations: string[] = []
      await page.exposeFunction('noteViolation', (text: string) => violations.push(text))
      await page.addInitScript(() => {
        addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
          (window as unknown as { noteViolation(text: string): void }).noteViolation(
            `${violatedDirective} ${blockedURI}`,
          ),
        )
      })
      await use(violations)
      expect(violations).toEqual([])
    },
    { auto: true },
  ],
})

export const slot = (page: Page) => page.locator('[data-unblink=offers]')
export const heading = (page: Page) => slot(page).getByRole('heading')
export const button = (page: Page, name: string) => slot(page).getByRole('button', { name, exact: true })

/** Opens the page with a clock that the test winds on, and waits until the slot is ready to rotate. */
export async function open(page: Page, site: RotationSite, options: RotationPage = {}) {
  await page.clock.install()
  await page.goto(site.url(options))
  await expect(heading(page)).toHaveText('One')
  await expect(button(page, 'Show next')).toBeAttached()
  await settle(page)
}

/** Two frames: intersections are told with a frame. */
export const settle = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(0)))))

/** Lets a content's whole time pass, so that the slot goes on if it may. */
export async function pass(page: Page) {
  await page.clock.fastForward(EVERY_MS)
  await settle(page)
}

/** Fails when the slot goes on although twice its time has passed. */
export async function expectStill(page: Page, name: string) {
  await pass(page)
  await pass(page)
  await expect(heading(page)).toHaveText(name)
}
