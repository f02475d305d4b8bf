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
