import { test as base } from '@playwright/test'
import { startDisplay } from '@unblink/testing'
import { findProgram } from '../../scripts/ensure.mjs'
import { CASES_A } from '../support/faultCasesA.ts'
import { CASES_A2 } from '../support/faultCasesA2.ts'
import { CASES_B, CASES_B2, getUnreachable } from '../support/faultCasesB.ts'
import { createWebKitEye, type Eye } from '../support/faultEye.ts'
import { runCase } from '../support/faultJudge.ts'
import { startFaultSite, type FaultSite } from '../support/faultSite.ts'
import { startWebKit } from '../support/webkit.ts'

/** One window for all rows: what a view stored is cleared by the next one's page. */
const test = base.extend<object, { eye: Eye; faults: FaultSite }>({
  faults: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
    async ({}, use) => {
      const faults = await startFaultSite()
      await use(faults)
      await faults.close()
    },
    { scope: 'worker' },
  ],
  eye: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
    async ({}, use) => {
      const display = await startDisplay()
      const webkit = await startWebKit(display)
      await use(createWebKitEye(webkit, display))
      await webkit.close()
      await display.close()
    },
    { scope: 'worker' },
  ],
  trace: 'off',
  screenshot: 'off',
})

test.beforeEach(({ browserName }) => {
  test.skip(browserName !== 'chromium', 'driven without Playwright, so once for all its projects')
  test.skip(!findProgram('webkit'), 'WebKitWebDriver is not installed')
})

const CASES = [...CASES_A, ...CASES_A2, ...CASES_B, ...CASES_B2].filter(({ not }) => !not?.webkit)
for (const one of CASES) test(`WebKitGTK: ${one.title}`, ({ eye, faults }) => runCase(eye, faults, one))

for (const { title } of getUnreachable('', '')) {
  test(`WebKitGTK: ${title}`, async ({ eye, faults }) => {
    const one = getUnreachable(faults.closedOrigin, faults.expiredOrigin).find((other) => other.title === title)!
    await runCase(eye, faults, one)
  })
}
