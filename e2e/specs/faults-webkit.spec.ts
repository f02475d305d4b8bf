import { startDisplay } from '@unblink/testing'
import { findProgram } from '../../scripts/ensure.mjs'
import { CASES_A } from '../support/faultCasesA.ts'
import { CASES_A2 } from '../support/faultCasesA2.ts'
import { CASES_B, CASES_B2, getUnreachable } from '../support/faultCasesB.ts'
import { createWebKitEye, type Eye } from '../support/faultEye.ts'
import { expectWholeWhenShown, KNOWS_PRERENDERING } from '../support/faultHidden.ts'
import { runCase } from '../support/faultJudge.ts'
import { ROWS_A } from '../support/faultRowsA.ts'
import { ROWS_B } from '../support/faultRowsB.ts'
import { ROWS_XSS } from '../support/faultRowsXss.ts'
import { readPixel } from '../support/faultPixel.ts'
import { hang, SANDBOXED } from '../support/faultProfile.ts'
import { expect, withSite } from '../support/faultTest.ts'
import { HYDRATION_ROWS } from '../support/hydration/hydrationRows.ts'
import { createApps } from '../support/hydration/hydrationTest.ts'
import { showApp, type Hand } from '../support/hydration/showApp.ts'
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

for (const { title, run } of [...ROWS_A, ...ROWS_B, ...ROWS_XSS])
  test(`WebKitGTK: ${title}`, ({ webkit, faults }) => run(webkit.eye, faults))

const getApp = createApps()
const createHand = ({ evaluate }: Eye): Hand => ({
  click: (selector) => evaluate(`document.querySelector('${selector}').click()`),
  addScriptTag: ({ url }) =>
    evaluate(`void document.head.append(Object.assign(document.createElement('script'), { src: '${url}' }))`),
})
for (const { title, run } of HYDRATION_ROWS)
  test(`WebKitGTK: ${title}`, ({ webkit: { eye }, faults }) =>
    run(async (framework, mode, view) => showApp(eye, faults, createHand(eye), await getApp(framework, mode), view)))

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

test('WebKitGTK: A11 without JavaScript the default is there', async ({ webkit: { session, eye }, faults }) => {
  const open = faults.open({ headers: SANDBOXED, profile: hang, deadlineMs: 3_000 })
  await session.goto(open.url)
  const picture = await session.screenshot()
  await session.goto(faults.open().url)
  expect(await readPixel(eye, picture, 404, 124)).toEqual([204, 0, 0, 255])
  expect(open.received.some(({ path }) => path === 'u/v1/p')).toBe(false)
})

test('WebKitGTK: A27 cannot be: it prerenders no page', async ({ webkit: { eye }, faults }) => {
  await eye.look(faults.open().url, false)
  expect(await eye.evaluate(KNOWS_PRERENDERING)).toBe(false)
})
