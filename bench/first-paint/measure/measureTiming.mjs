import { setTimeout as sleep } from 'node:timers/promises'
import { PAGE_URL, WARM_PATH } from '../sites/hosts.mjs'
import { getCpuPressureMs } from './getCpuPressureMs.mjs'
import { readRequestTimes, samplePage } from './samplePage.mjs'

const SETTLE_MS = 300
/** How long a page may stay without what is wanted. Long where something is broken on purpose: that is what is measured there. */
const CAP_MS = { usual: 5_000, throttled: 8_000, broken: 12_000 }
/** After a first visit's load event: when whatever is kept for the next one must be there. */
const KEPT_WITHIN_MS = 5_000
/** Beyond the cap: the page itself is stuck and will not say anything any more. */
const STUCK_MS = 15_000

const getCap = ({ canFail, cpu, profileMs }) => {
  if (canFail) return CAP_MS.broken
  return (cpu > 1 ? CAP_MS.throttled : CAP_MS.usual) + profileMs
}

/** A contender that is to be measured on the second visit, and keeps nothing from the first. */
export class NothingKeptError extends Error {}

const withLimit = async (promise, ms, what) => {
  const limit = new AbortController()
  const late = sleep(ms, undefined, { signal: limit.signal }).then(() => {
    throw new Error(what)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    limit.abort()
    late.catch(() => {}) // aborted because it is not needed any more
  }
}

/** Opens the page once before the measured time, with nothing in the way, so that whatever a contender keeps is kept. */
async function visitBefore({ page, sites, contender, scenario }) {
  sites.play(contender, { ...scenario, profileMs: 0, libraryMs: 0, libraryFault: undefined })
  await page.goto(PAGE_URL, { waitUntil: 'load' })
  const isKept = (key) => localStorage.getItem(key) !== null
  try {
    await page.waitForFunction(isKept, contender.leavesBehind, { timeout: KEPT_WITHIN_MS, polling: 100 })
  } catch {
    throw new NothingKeptError(`its first visit left no "${contender.leavesBehind}" in localStorage`)
  }
}

/** The same preparation for every run: a fresh context, an earlier visit where one is wanted, and a warm page of the same site. */
export async function openMeasured({ browser, sites, contender, scenario }) {
  const opened = await browser.openPage({ cpu: scenario.cpu })
  try {
    if (contender.leavesBehind) await visitBefore({ page: opened.page, sites, contender, scenario })
    else sites.play(contender, scenario)
    await opened.page.goto(new URL(WARM_PATH, PAGE_URL).href, { waitUntil: 'load' })
    await sleep(100)
    // Only now: the page that was left may have sent its last beacons meanwhile.
    sites.play(contender, scenario)
    return opened
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** Does the load event come? Not while a script that somebody keeps back is still awaited. */
export const canLoad = (contender, scenario) => !scenario.canFail && contender.overrides?.libraryFault === undefined

/**
 * One page load. Resolves to milliseconds since the navigation began: `variant`, `baseline` and `visible` (end of the
 * first frame that showed it; undefined: never in this view), `headline` (first frame with it in the document), `fcp`,
 * `lcp`, `asked`, `answered`; and `baselineFrames`, `pageHiddenMs`, `cls`, `pressure` (share of the time in which some
 * task of this machine waited for a processor; NaN where unknown).
 */
export async function measureTiming({ browser, sites, contender, scenario }) {
  const { page, close } = await openMeasured({ browser, sites, contender, scenario })
  try {
    const wanted = scenario.canFail ? 'any' : contender.showsBaseline ? 'baseline' : 'variant'
    const capMs = getCap(scenario)
    const options = { wanted, isLoadNeeded: canLoad(contender, scenario), capMs, settleMs: SETTLE_MS }
    await page.addInitScript(samplePage, options)
    const before = { pressureMs: getCpuPressureMs(), at: performance.now() }
    await page.goto(PAGE_URL, { waitUntil: 'commit' })
    const record = await withLimit(
      page.evaluate(() => window.sampled),
      capMs + STUCK_MS,
      'the page did not answer',
    )
    const patterns = (contender.replies ?? []).filter(({ wait }) => wait === 'profile').map(({ path }) => path.source)
    const pressure = (getCpuPressureMs() - before.pressureMs) / (performance.now() - before.at)
    return { ...record, ...(await page.evaluate(readRequestTimes, patterns)), pressure }
  } finally {
    await close()
  }
}
