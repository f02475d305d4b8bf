import { startDisplay } from '@unblink/testing'
import { findProgram } from '../../scripts/ensure.mjs'
import { CASES_A } from '../support/faultCasesA.ts'
import { CASES_A2 } from '../support/faultCasesA2.ts'
import { CASES_B, CASES_B2, getUnreachable } from '../support/faultCasesB.ts'
import { createWebKitEye, type Eye } from '../support/faultEye.ts'
import { expectWholeWhenShown } from '../support/faultHidden.ts'
import { runCase } from '../support/faultJudge.ts'
import { withSite } from '../support/faultTest.ts'
import { startWebKit, type WebKitSession } from '../support/webkit.ts'

/** One window for all rows: what a view stored is cleared by the next one's page. */
const test = withSite.extend<object, { webkit: { session: WebKitSession; eye: Eye } }>({
  webkit: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
    async ({}, use) => {
      const display = await startDisplay()
      const session = await startWebKit(display)
      await use({ session, eye: createWebKitEye(session, display) })
      await session.close()
      await display.close()
    },
    { scope: 'worker' },
  ],
})

test.beforeEach(({ browserName }) => {
  test.skip(browserName !== 'chromium', 'driven without Playwright, so once for all its projects')
  test.skip(!findProgram('webkit'), 'WebKitWebDriver is not installed')
})

const CASES = [...CASES_A, ...CASES_A2, ...CASES_B, ...CASES_B2].filter(({ not }) => !not?.webkit)
for (const one of CASES) test(`WebKitGTK: ${one.title}`, ({ webkit, faults }) => runCase(webkit.eye, faults, one))

for (const { title } of getUnreachable('', '')) {
  test(`WebKitGTK: ${title}`, async ({ webkit, faults }) => {
    const one = getUnreachable(faults.closedOrigin, faults.expiredOrigin).find((other) => other.title === title)!
    await runCase(webkit.eye, faults, one)
  })
}

test('WebKitGTK: A25 a page that opens in a window out of sight: whole when it is shown, and hidden time does not count', async ({
  webkit: { session },
  faults,
}) => {
  await session.minimize()
  await expectWholeWhenShown(faults, {
    open: (url) => session.goto(url),
    show: () => session.restore(),
    hide: () => session.minimize(),
  })
  await session.restore()
})
