import { measureUnion } from '../../lib/measureUnion.mjs'
import { scriptEvents } from '../../lib/scriptEvents.mjs'

const findNavigation = (events, url) =>
  events
    .filter(({ name, args }) => name === 'navigationStart' && args?.data?.documentLoaderURL === url)
    .sort((a, b) => a.ts - b.ts)
    .at(-1)

/** Milliseconds of script in `script` (see `analyseTrace`) that began before `ms`. */
export const measureScript = (script, ms = Infinity) =>
  measureUnion(script.filter((each) => each.ms < ms).map(({ tts, tdur }) => [tts, tdur])) / 1000

/**
 * Reads the trace of one page load: `script` is what ran on the main thread, each `{ ms, tts, tdur }` with `ms` since the
 * navigation and the rest in microseconds of thread time (a busy machine does not stretch it), `longestTaskMs` is wall
 * time, `restyled` counts elements over all style updates, `forcedLayouts` the layouts that a script had to wait for,
 * `screenshots` are `{ ms, jpeg }` since the navigation began. Undefined when the trace does not hold the navigation.
 */
export function analyseTrace(events, url) {
  const navigation = findNavigation(events, url)
  if (!navigation) return undefined
  const { pid, tid, ts } = navigation
  const isOnMain = (event) => event.pid === pid && event.tid === tid && event.ph === 'X' && event.ts >= ts
  const main = events.filter(isOnMain)
  const script = main.filter(({ name, tts, tdur }) => scriptEvents.has(name) && tts !== undefined && tdur !== undefined)
  const isIn = ({ ts, dur }, outer) => ts >= outer.ts && ts + dur <= outer.ts + outer.dur
  const tasks = main.filter(({ name }) => name === 'RunTask' || name === 'ThreadControllerImpl::RunTask')
  return {
    script: script.map((event) => ({ ms: (event.ts - ts) / 1000, tts: event.tts, tdur: event.tdur })),
    longestTaskMs: tasks.reduce((longest, { dur }) => Math.max(longest, dur), 0) / 1000,
    restyled: main
      .filter(({ name }) => name === 'UpdateLayoutTree')
      .reduce((sum, { args }) => sum + (args?.elementCount ?? 0), 0),
    forcedLayouts: main.filter((event) => event.name === 'Layout' && script.some((each) => isIn(event, each))).length,
    screenshots: events
      .filter((event) => event.name === 'Screenshot' && event.ts >= ts)
      .map((event) => ({ ms: (event.ts - ts) / 1000, jpeg: event.args.snapshot })),
  }
}
