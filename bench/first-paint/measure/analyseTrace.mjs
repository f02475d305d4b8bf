/** What Chromium's developer tools count as scripting on the main thread. */
const SCRIPT = new Set([
  'EvaluateScript',
  'EventDispatch',
  'FireAnimationFrame',
  'FireIdleCallback',
  'FunctionCall',
  'RunMicrotasks',
  'TimerFire',
  'XHRLoad',
  'XHRReadyStateChange',
  'v8.compile',
  'v8.compileModule',
  'v8.evaluateModule',
])

/** The length of the union of `[start, duration]` intervals: nested and overlapping ones count once. */
export function measureUnion(intervals) {
  let total = 0
  let reached = -Infinity
  for (const [start, duration] of [...intervals].sort(([a], [b]) => a - b)) {
    const end = start + duration
    total += Math.max(0, end - Math.max(start, reached))
    reached = Math.max(reached, end)
  }
  return total
}

const findNavigation = (events, url) =>
  events
    .filter(({ name, args }) => name === 'navigationStart' && args?.data?.documentLoaderURL === url)
    .sort((a, b) => a.ts - b.ts)
    .at(-1)

/**
 * Reads the trace of one page load: `scriptMs` is main-thread script in thread time (a busy machine does not stretch
 * it), `longestTaskMs` is wall time, `screenshots` are `{ ms, jpeg }` since the navigation began. Undefined when the
 * trace does not hold the navigation.
 */
export function analyseTrace(events, url) {
  const navigation = findNavigation(events, url)
  if (!navigation) return undefined
  const { pid, tid, ts } = navigation
  const isOnMain = (event) => event.pid === pid && event.tid === tid && event.ph === 'X' && event.ts >= ts
  const main = events.filter(isOnMain)
  const script = main.filter(({ name, tts, tdur }) => SCRIPT.has(name) && tts !== undefined && tdur !== undefined)
  const tasks = main.filter(({ name }) => name === 'RunTask' || name === 'ThreadControllerImpl::RunTask')
  return {
    scriptMs: measureUnion(script.map(({ tts, tdur }) => [tts, tdur])) / 1000,
    longestTaskMs: tasks.reduce((longest, { dur }) => Math.max(longest, dur), 0) / 1000,
    screenshots: events
      .filter((event) => event.name === 'Screenshot' && event.ts >= ts)
      .map((event) => ({ ms: (event.ts - ts) / 1000, jpeg: event.args.snapshot })),
  }
}
