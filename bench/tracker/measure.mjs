import { setTimeout as sleep } from 'node:timers/promises'
import { measureUnion } from '../lib/measureUnion.mjs'
import { recordTrace } from '../lib/recordTrace.mjs'
import { scriptCategories, scriptEvents } from '../lib/scriptEvents.mjs'

const CATEGORIES = ['blink.user_timing', 'toplevel', ...scriptCategories]
const TASKS = new Set(['RunTask', 'ThreadControllerImpl::RunTask'])

const SETTLE_MS = 2_500
/** What waits for a batch is sent by then. */
const TAIL_MS = 6_500
const FRAME_MS = 1_000 / 60

/** A hand on the mouse: a move at every sixtieth of a second, the wheel four times a second, a click every second. */
async function play(session, durationMs) {
  const all = []
  const send = (event) => all.push(session.send('Input.dispatchMouseEvent', event).catch(() => {}))
  const startedAt = performance.now()
  const moves = Math.round(durationMs / FRAME_MS)
  for (let n = 0; n < moves; n++) {
    const at = { x: Math.round(400 + 300 * Math.sin(n / 25)), y: Math.round(350 + 250 * Math.cos(n / 40)) }
    send({ type: 'mouseMoved', ...at })
    if (n % 15 === 0) send({ type: 'mouseWheel', ...at, deltaX: 0, deltaY: n % 240 < 150 ? 120 : -120 })
    if (n % 60 === 30) {
      send({ type: 'mousePressed', ...at, button: 'left', clickCount: 1 })
      send({ type: 'mouseReleased', ...at, button: 'left', clickCount: 1 })
    }
    await sleep(Math.max(0, startedAt + (n + 1) * FRAME_MS - performance.now()))
  }
  await Promise.all(all)
}

/** Thread time on the page's main thread, in milliseconds, and its longest task in wall time. */
export function readTrace(events) {
  const mark = events.find(({ name, cat }) => name === 'bench' && cat.includes('user_timing'))
  if (!mark) throw new Error('The trace does not hold the page’s mark.')
  const main = events.filter(
    ({ pid, tid, ph, ts }) => pid === mark.pid && tid === mark.tid && ph === 'X' && ts >= mark.ts,
  )
  const sum = (names) =>
    measureUnion(
      main
        .filter(({ name, tts, tdur }) => names.has(name) && tts !== undefined && tdur !== undefined)
        .map(({ tts, tdur }) => [tts, tdur]),
    ) / 1_000
  const longest = main.filter(({ name }) => TASKS.has(name)).reduce((most, { dur }) => Math.max(most, dur), 0) / 1_000
  return { scriptMs: sum(scriptEvents), mainMs: sum(TASKS), longestTaskMs: longest }
}

/** One visit of a contender's page: loads, settles, ten seconds of input, and the page is left. */
export async function measure({ browser, site, contender, cpu, durationMs }) {
  site.play(contender)
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  try {
    const page = await context.newPage()
    const errors = []
    page.on('pageerror', (error) => errors.push(error.message))
    const session = await context.newCDPSession(page)
    if (cpu > 1) await session.send('Emulation.setCPUThrottlingRate', { rate: cpu })
    await page.goto(site.url)
    await sleep(SETTLE_MS)
    const events = await recordTrace(session, CATEGORIES, async () => {
      await page.evaluate(() => performance.mark('bench'))
      await play(session, durationMs)
      await sleep(TAIL_MS)
    })
    await page.goto('about:blank')
    await sleep(500)
    const unknown = site.sent.filter(({ isKnown }) => !isKnown).map(({ path }) => path)
    return {
      ...readTrace(events),
      requests: site.sent.length,
      bytes: site.sent.reduce((sum, { bytes }) => sum + bytes, 0),
      problems: [...errors, ...unknown.map((path) => `${path} is not played`)],
    }
  } finally {
    await context.close()
  }
}
