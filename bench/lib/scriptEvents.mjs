/** Names of what Chromium's developer tools count as scripting on the main thread. */
export const scriptEvents = new Set([
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

/**
 * The trace categories that these events are in. What follows a promise is in the second alone: without it, whoever swaps in a
 * `then` has swapped for nothing.
 */
export const scriptCategories = ['devtools.timeline', 'v8.execute']
