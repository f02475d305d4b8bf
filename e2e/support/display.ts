import { test as base } from '@playwright/test'
import { headedOn, startDisplay } from '@unblink/testing'
import type { Display } from '@unblink/testing'

/** Tests whose browser is headed, on a display of its own whose pixels can be read: one display and browser a worker. */
export const screenTest = base.extend<object, { display: Display }>({
  display: [
    // Playwright tells a fixture's dependencies from this pattern, so it must be there even when it is empty.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const display = await startDisplay()
      await use(display)
      await display.close()
    },
    { scope: 'worker' },
  ],
  browser: [
    async ({ playwright, browserName, channel, launchOptions, display }, use) => {
      if (browserName === 'webkit')
        throw new Error('Playwright drives no WebKit here: use startWebKit() of support/webkit.ts.')
      const headed = headedOn(display, browserName)
      const browser = await playwright[browserName].launch({
        ...launchOptions,
        ...(channel && { channel }),
        ...headed,
        args: [...(launchOptions.args ?? []), ...headed.args],
      })
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],
  // Smaller than the window on the default display, so that the whole viewport is on the screen.
  viewport: { width: 1000, height: 700 },
})
