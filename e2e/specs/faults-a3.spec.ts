import type { Page } from '@playwright/test'
import { inflateSync } from 'node:zlib'
import { visit } from '../support/faultEye.ts'
import { noRuntime } from '../support/faultCasesA.ts'
import { expectUnharmed } from '../support/faultJudge.ts'
import { readPixel } from '../support/faultPixel.ts'
import { hang, SANDBOXED } from '../support/faultProfile.ts'
import { ROWS_A } from '../support/faultRowsA.ts'
import { expect, skipUnlessChromium, test } from '../support/faultTest.ts'

for (const { title, run } of ROWS_A) test(title, ({ eye, faults }) => run(eye, faults))

test('A0 while a slot is hidden, assistive technology is told nothing of it', async ({ page, faults, browserName }) => {
  skipUnlessChromium(
    browserName,
    'shows the tree; other engines hide by visibility, which takes everything from theirs',
  )
  const session = await page.context().newCDPSession(page)
  const hears = async () => JSON.stringify(await session.send('Accessibility.getFullAXTree')).includes('"Two"')
  await page.goto(faults.open({ profile: hang, runtime: noRuntime, deadlineMs: 20_000 }).url)
  expect(await page.evaluate('unblink.slots.hero.state')).toBe(1)
  expect(await hears()).toBe(false)
  await page.evaluate('unblink.answer(null)')
  expect(await hears()).toBe(true)
})

test('A8 a processor 20 times slower: the default comes by its deadline, nothing shifts', async ({
  eye,
  faults,
  page,
  browserName,
}) => {
  skipUnlessChromium(
    browserName,
    'slows the processor down; other engines would need a control group, which takes root',
  )
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: 20 })
  const late: number[] = []
  test.setTimeout(120_000)
  for (let run = 0; run < 3; run++) {
    const seen = await visit(eye, faults, { profile: hang, runtime: noRuntime, deadlineMs: 1_500 })
    expectUnharmed(seen, 'baseline')
    const { ranAt, styledAt } = seen.facts
    // Compiling and running the snippet takes this processor a tenth of a second: before any slot, hidden or not, is in
    // the page, and before the deadlines begin.
    expect(ranAt).toBeGreaterThan(0)
    expect(ranAt).toBeLessThan(styledAt)
    late.push((seen.witnesses[0]!.firstShownAt ?? Infinity) - Math.max(ranAt + 1_500, styledAt))
  }
  test.info().annotations.push({ type: 'later than the deadline, ms', description: late.map(Math.round).join(', ') })
  expect(
    late.sort((a, b) => a - b)[1],
    `later than the deadline by ${late.map(Math.round).join()} ms`,
  ).toBeLessThanOrEqual(150)
})

test('A11 without JavaScript the default is there', async ({ browser, eye, faults, browserName }) => {
  // Firefox's driver has no such switch; a sandboxed document runs no script either.
  const hasSwitch = browserName === 'chromium'
  const context = await browser.newContext({ javaScriptEnabled: !hasSwitch, viewport: { width: 1000, height: 700 } })
  const plain = await context.newPage()
  const open = faults.open({ profile: hang, deadlineMs: 3_000, ...(hasSwitch ? {} : { headers: SANDBOXED }) })
  await plain.goto(open.url)
  const picture = await plain.screenshot()
  await context.close()
  await eye.look(faults.open().url, false)
  expect(await readPixel(eye, picture, 404, 124)).toEqual([204, 0, 0, 255])
  expect(open.received.some(({ path }) => path === 'u/v1/p')).toBe(false)
})

/** What a page prints, as the drawing commands of its PDF. */
async function print(page: Page): Promise<string> {
  const pdf = await page.pdf({ printBackground: true })
  let drawn = ''
  for (let at = pdf.indexOf('stream\n'); at >= 0; at = pdf.indexOf('stream\n', at + 7))
    try {
      drawn += inflateSync(pdf.subarray(at + 7)).toString('latin1')
    } catch {
      // Not a compressed stream.
    }
  return drawn
}
/** The default's colour. Engines differ in the nought before the point. */
const RED = /(^|\s)0?\.8 0 0 rg/

test('A12 who prints while the slot is hidden gets it on paper', async ({ page, faults }) => {
  await page.goto(faults.open({ profile: hang, deadlineMs: 3_000 }).url)
  expect(await page.evaluate('unblink.slots.hero.state')).toBe(1)
  expect(await print(page)).toMatch(RED)
})

test('A12 before the runtime has come, the documented print style does it', async ({ page, faults }) => {
  const hidden = { profile: hang, runtime: noRuntime, deadlineMs: 20_000 }
  const style =
    '<style>@media print { [data-unblink] { opacity: 1 !important; visibility: visible !important; clip-path: none !important } }</style>'
  for (const [before, isPrinted] of [
    ['', false],
    [style, true],
  ] as const) {
    await page.goto(faults.open({ ...hidden, before }).url)
    expect(await page.evaluate('[unblink.slots.hero.state, "place" in unblink]')).toEqual([1, false])
    expect(RED.test(await print(page)), `with “${before}”`).toBe(isPrinted)
  }
})

test('A16 10 000 copies of a hidden slot leave nothing behind', async ({ eye, faults, page, browserName }) => {
  skipUnlessChromium(browserName, 'collects the garbage before the heap is measured')
  const session = await page.context().newCDPSession(page)
  const measure = async () => {
    await session.send('HeapProfiler.collectGarbage')
    return (await session.send('Runtime.getHeapUsage')).usedSize
  }
  await eye.look(faults.open({ profile: hang, deadlineMs: 3_000 }).url, false)
  const renew = `for (let i = 0; i < 2000; i++) { const hero = document.querySelector('[data-unblink=hero]'); hero.replaceWith(hero.cloneNode(true)) }`
  await page.evaluate(renew)
  const before = await measure()
  for (let round = 0; round < 5; round++) await page.evaluate(renew)
  expect((await measure()) - before, 'bytes for 10 000 copies').toBeLessThan(1_000_000)
})
