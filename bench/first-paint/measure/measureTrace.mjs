import { setTimeout as sleep } from 'node:timers/promises'
import { recordTrace } from '../../lib/recordTrace.mjs'
import { scriptCategories } from '../../lib/scriptEvents.mjs'
import { PAGE_URL } from '../sites/hosts.mjs'
import { analyseTrace, measureScript } from './analyseTrace.mjs'
import { classifyScreenshots, hasFlickered } from './classifyScreenshots.mjs'
import { canLoad, openMeasured } from './measureTiming.mjs'

/**
 * No more than is read: with `disabled-by-default-devtools.timeline`, V8 walks the stack at many an event, and parses again
 * each function on it to do so. At a quarter of the speed that was a third of the script time, of everyone's.
 */
const CATEGORIES = ['blink.user_timing', 'disabled-by-default-devtools.screenshot', 'toplevel', ...scriptCategories]

/** After the page has loaded: room for a slow decision, for what follows it, and for the beacons that a contender sends of itself. */
const getTail = ({ cpu, profileMs, rttMs }) =>
  (cpu > 1 ? 2_000 : 1_000) + (Number.isFinite(profileMs) ? profileMs : 0) + rttMs * 4

/**
 * One page load under a trace, with nothing of ours in the page. Resolves to `scriptMs`, `scriptBeforeMs` (what began
 * before the variant was on the screen; undefined without one), `longestTaskMs`, `shown` (what the screenshots say), `hasFlickered`, `requests` and `bytes` (bodies, beyond the page itself).
 */
export async function measureTrace({ browser, sites, contender, scenario, helperPage }) {
  const { page, session, close } = await openMeasured({ browser, sites, contender, scenario })
  try {
    const events = await recordTrace(session, CATEGORIES, async () => {
      await page.goto(PAGE_URL, { waitUntil: canLoad(contender, scenario) ? 'load' : 'domcontentloaded' })
      await sleep(getTail(scenario))
    })
    const trace = analyseTrace(events, PAGE_URL)
    if (!trace) throw new Error('the trace does not hold the navigation')
    const { screenshots, script, ...figures } = trace
    const shown = await classifyScreenshots(helperPage, screenshots)
    const requests = sites.getRequests()
    const variantAt = shown.find(({ kind }) => kind === 'variant')?.ms
    return {
      ...figures,
      scriptMs: measureScript(script),
      scriptBeforeMs: variantAt === undefined ? undefined : measureScript(script, variantAt),
      shown,
      hasFlickered: hasFlickered(shown),
      requests: requests.length,
      bytes: requests.reduce((sum, { sent, received }) => sum + sent + received, 0),
    }
  } finally {
    await close()
  }
}
