/* global document, innerWidth, window -- of the page, in the functions handed to it */

const CATEGORIES = ['disabled-by-default-devtools.screenshot', 'blink.user_timing']
/** Chromium ends its screenshots at this many. https://source.chromium.org/chromium/chromium/src/+/main:content/browser/devtools/devtools_traceable_screenshot.h */
const MAX_SCREENSHOTS = 450
const SWAP_TIMEOUT_MS = 10_000
/** Room for a swap to reach the screen, and for one that should not come. */
const SETTLE_MS = 500

async function endTrace(session) {
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
}

const explain = (reason) =>
  reason === 'timeout'
    ? 'The reply missed its deadline and the baseline stayed. Is the machine busy? Then try again.'
    : "Does the profile still have what the experience's audience asks for?"

/**
 * Opens `url` in a page of its own and keeps every frame that was presented until the slot holds the variant and half a
 * second more. Throws when the variant never comes. Resolves to `{ frames: [{ at, jpeg }], rect, width, cause }`:
 * milliseconds from the navigation's start and base64; the slot's box and the viewport's width in CSS pixels; why
 * Unblink revealed the slot, where it runs.
 */
export async function recordView(context, { url, slot, variant }) {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  const events = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  const traceConfig = { recordMode: 'recordAsMuchAsPossible', includedCategories: CATEGORIES }
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig })
  await page.goto(url)
  const { href } = new URL(page.url())
  const readCause = () => page.evaluate((name) => window.unblink?.slots?.[name]?.cause, slot)
  const selector = `[data-unblink="${slot}"]`
  try {
    await page.waitForSelector(`${selector} ${variant}`, { state: 'attached', timeout: SWAP_TIMEOUT_MS })
  } catch (error) {
    const seconds = SWAP_TIMEOUT_MS / 1_000
    const why = explain(await readCause())
    throw new Error(`${href}: ${slot} got no ${variant} within ${seconds} s. ${why}`, { cause: error })
  }
  await page.waitForTimeout(SETTLE_MS)
  const { rect, width } = await page.evaluate((selector) => {
    const box = document.querySelector(selector).getBoundingClientRect()
    return { rect: { x: box.x, y: box.y, width: box.width, height: box.height }, width: innerWidth }
  }, selector)
  const cause = await readCause()
  await endTrace(session)
  await page.close()

  const start = events.find(({ name, args }) => name === 'navigationStart' && args.data?.documentLoaderURL === href)
  if (!start) throw new Error(`${href}: the trace does not say when the navigation began. Is this Chromium too old?`)
  const shots = events.filter(({ name, args }) => name === 'Screenshot' && args?.snapshot)
  if (shots.length >= MAX_SCREENSHOTS) throw new Error(`${href}: more frames than a trace keeps. Still its animations.`)
  const frames = shots
    .map(({ ts, args }) => ({ at: (ts - start.ts) / 1_000, jpeg: args.snapshot }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
  return { frames, rect, width, cause }
}
