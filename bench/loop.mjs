import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../scripts/build.mjs'
import { ensureBrowsers } from '../scripts/ensure.mjs'
import { chromiumArgs } from '../scripts/lib/chromiumArgs.mjs'
import { fromRoot } from '../scripts/lib/fromRoot.mjs'
import { start, stopProcess } from './collector/startProcess.mjs'
import { getQuantile } from './first-paint/report/statistics.mjs'
import { createDelay } from './loop/createDelay.mjs'
import { CLICKS, site } from './loop/site.mjs'
import { startPage } from './loop/startPage.mjs'

const DEFAULT_RUNS = 20
const DEFAULT_DELAY_MS = 20
/** From one change to the next click: nobody is faster, and three clicks in a second would be told as such. */
const PAUSE_MS = 500
/** From a click until the slot shows what it has changed, on loopback with the default delay. */
const BARS = { p95Ms: 300 }

export const about =
  'From an interaction to a changed decision, in the same view: real Chromium, the server as it is shipped'

export const options = { delay: { type: 'string' } }

export const help = `A visitor clicks a button. The click is stored, the server counts it and decides anew, and a slot that nobody has seen yet gets
another variant: the time is from the click's own timestamp to the change in the document. ${CLICKS} clicks in each view.

  --runs N    views, each of a new visitor; default ${DEFAULT_RUNS}
  --delay MS  what every byte takes between the browser and the server, each way; default ${DEFAULT_DELAY_MS}
`

function parseDelay(text) {
  if (text === undefined) return DEFAULT_DELAY_MS
  const delayMs = Number(text)
  if (/^\d+$/.test(text)) return delayMs
  throw new Error(`--delay ${text}: give milliseconds, 0 or more.`)
}

/** Runs in the page: notes the time of each click, and of each change of the slot. */
function watchSlot() {
  window.times = []
  const heading = () => document.querySelector('[data-unblink="page.offer"] h2').textContent
  let shown = heading()
  addEventListener('click', ({ timeStamp }) => window.times.push({ clickedAt: timeStamp }), true)
  new MutationObserver(() => {
    const text = heading()
    if (text === shown) return
    shown = text
    Object.assign(window.times.at(-1), { text, ms: performance.now() - window.times.at(-1).clickedAt })
  }).observe(document.body, { childList: true, subtree: true })
}

/** One view: the milliseconds of each of its clicks. */
async function measure(browser, url) {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(url)
    // What learns is fetched after the slots have been painted.
    await page.waitForFunction(() =>
      performance
        .getEntriesByType('resource')
        .some(({ name, responseEnd }) => /unblink-watch/.test(name) && responseEnd),
    )
    await page.waitForTimeout(1_000)
    await page.evaluate(watchSlot)
    for (let clicks = 1; clicks <= CLICKS; clicks++) {
      await page.waitForTimeout(PAUSE_MS)
      await page.click('#wish')
      await page.waitForFunction((count) => window.times[count - 1]?.ms !== undefined, clicks, { timeout: 20_000 })
    }
    return await page.evaluate(() => window.times)
  } finally {
    await context.close()
  }
}

const format = (value) => value.toFixed(1)

/** See `scripts/bench.mjs` for what a benchmark is given and gives back. */
export async function run({ runs = DEFAULT_RUNS, flags, say }) {
  const delayMs = parseDelay(flags.delay)
  await build()
  const { chromium: executablePath } = await ensureBrowsers(['chromium'])
  const { chromium } = await import('@playwright/test')
  const folder = mkdtempSync(join(tmpdir(), 'unblink-loop-'))
  writeFileSync(join(folder, 'site.json'), JSON.stringify(site))
  const closing = [() => rmSync(folder, { recursive: true, force: true })]
  const times = []
  try {
    const server = await start([
      fromRoot('packages/server/dist/cli.js'),
      ...['serve', '--config', join(folder, 'site.json'), '--data', folder, '--port', '0'],
      // A browser without a window says so in its name.
      ...['--sdk', fromRoot('packages/browser/dist'), '--learn-from-bots'],
    ])
    closing.unshift(() => stopProcess(server))
    const page = await startPage(server.url)
    closing.unshift(page.close)
    const network = await createDelay({ target: page.url, delayMs })
    closing.unshift(network.close)
    const browser = await chromium.launch({ executablePath, args: [...chromiumArgs, '--disable-gpu'] })
    closing.unshift(() => browser.close())
    for (let round = 1; round <= runs; round++) {
      const found = await measure(browser, network.url)
      times.push(...found)
      say(`view ${round} of ${runs}: ${found.map(({ ms }) => format(ms)).join(', ')} ms`)
    }
  } finally {
    for (const close of closing) await close()
  }
  const ms = times.map((one) => one.ms)
  const [p50, p95, max] = [getQuantile(ms, 0.5), getQuantile(ms, 0.95), Math.max(...ms)]
  return {
    columns: ['what', '>clicks', '>p50 ms', '>p95', '>max'],
    rows: [[`click to changed slot, ${delayMs} ms each way`, String(ms.length), format(p50), format(p95), format(max)]],
    notes: [
      `p95 ≤ ${BARS.p95Ms} ms ${p95 <= BARS.p95Ms ? 'met' : 'NOT met'}; ${2 * delayMs} ms of it are the way there and back.`,
    ],
    programs: { chromium: executablePath },
    bars: BARS,
    results: [{ delayMs, clicks: ms.length, p50, p95, max, ms }],
  }
}
