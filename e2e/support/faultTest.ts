import { test as base } from '@playwright/test'
import { headedOn, startDisplay } from '@unblink/testing'
import type { Display } from '@unblink/testing'
import { createPlaywrightEye, type Eye } from './faultEye.ts'
import { startFaultSite, type FaultSite } from './faultSite.ts'

/** Tests of fault scenes in any engine: one site a worker. Frames are counted, so the driver's own recording is off. */
export const withSite = base.extend<object, { faults: FaultSite }>({
  faults: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
    async ({}, use) => {
      const faults = await startFaultSite()
      await use(faults)
      await faults.close()
    },
    { scope: 'worker' },
  ],
  trace: 'off',
  screenshot: 'off',
})

/** A row that says itself what happens and what must be seen then, for whatever engine looks. */
export interface FaultRow {
  /** Begins with the row's number. */
  readonly title: string
  run(eye: Eye, faults: FaultSite): Promise<void>
}

interface WorkerThings {
  /** Where Firefox opens its windows; Chromium needs none, for its traces see the pixels. */
  readonly display: Display | undefined
}

/** The same in the engines that Playwright drives: one browser a worker, one profile a test. */
export const test = withSite.extend<{ eye: Eye }, WorkerThings>({
  display: [
    async ({ browserName }, use) => {
      const display = browserName === 'firefox' ? await startDisplay() : undefined
      await use(display)
      await display?.close()
    },
    { scope: 'worker' },
  ],
  browser: [
    async ({ playwright, browserName, channel, launchOptions, display }, use) => {
      const headed = display && headedOn(display, 'firefox')
      const browser = await playwright[browserName].launch({
        ...launchOptions,
        ...(channel && { channel }),
        ...headed,
        args: [...(launchOptions.args ?? []), ...(headed?.args ?? [])],
      })
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],
  eye: async ({ page, display }, use) => use(createPlaywrightEye(page, display)),
  viewport: { width: 1000, height: 700 },
})

/** For rows that only Chromium's driver can bring about. */
export const skipUnlessChromium = (browserName: string, why: string): void =>
  test.skip(browserName !== 'chromium', `only Chromium’s driver ${why}`)

export const expect = base.expect
