/**
 * Runs inside the page before anything else, so it may use nothing from outside. In every animation frame it looks at
 * what the headline and the body are about to be painted as, and again right after the frame; what both times agree on
 * was painted. Leaves `window.sampled`, a promise of the record.
 */
export function samplePage({ wanted, isLoadNeeded, capMs, settleMs }) {
  if (window.top !== window || location.pathname !== '/') return
  const record = { baselineFrames: 0, pageHiddenMs: 0, cls: 0, fcp: undefined, lcp: undefined }
  const observe = (type, note) => {
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true })
  }
  observe('paint', ({ name, startTime }) => name === 'first-contentful-paint' && (record.fcp = startTime))
  observe('largest-contentful-paint', ({ startTime }) => (record.lcp = startTime))
  observe('layout-shift', ({ value, hadRecentInput }) => hadRecentInput || (record.cls += value))

  const isVisible = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  const look = () => {
    const content = document.querySelector('#headline > *')
    return {
      shows: content && isVisible(content) ? content.className : undefined,
      hasHeadline: Boolean(content),
      isPageHidden: Boolean(document.body) && !isVisible(document.body),
    }
  }

  let done
  let seen
  let pageHiddenSince
  const isFinished = (now) => {
    if (now > capMs) return true
    if (wanted === 'any' ? record.visible === undefined : record[wanted] === undefined) return false
    return !isLoadNeeded || document.readyState === 'complete'
  }
  const note = (before, now) => {
    const after = look()
    if (after.hasHeadline) record.headline ??= now
    if (after.shows && after.shows === before.shows) {
      record.visible ??= now
      record[after.shows] ??= now
      if (after.shows === 'baseline' && record.variant === undefined) record.baselineFrames++
    }
    if (after.isPageHidden) pageHiddenSince ??= now
    else if (pageHiddenSince !== undefined) {
      record.pageHiddenMs += now - pageHiddenSince
      pageHiddenSince = undefined
    }
    if (isFinished(now)) return setTimeout(finish, settleMs)
    seen = undefined
    requestAnimationFrame(sample)
  }
  const finish = () => {
    if (pageHiddenSince !== undefined) record.pageHiddenMs += performance.now() - pageHiddenSince
    pageHiddenSince = undefined
    done(record)
  }
  const channel = new window.MessageChannel()
  channel.port1.onmessage = () => note(seen, performance.now())
  const sample = () => {
    seen = look()
    channel.port2.postMessage(0)
  }
  window.sampled = new Promise((resolve) => (done = resolve))
  requestAnimationFrame(sample)
  // A page whose head is not finished has no frames at all.
  setTimeout(finish, capMs + settleMs)
}

/** Also runs inside the page: when the first request to a decision endpoint left and when its answer had come. */
export function readRequestTimes(patterns) {
  const isAsked = ({ name }) => {
    const path = new URL(name).pathname.replace(/^\/u\//, '/')
    return patterns.some((pattern) => new RegExp(pattern).test(path))
  }
  const entry = performance.getEntriesByType('resource').find(isAsked)
  return entry ? { asked: entry.startTime, answered: entry.responseEnd } : {}
}
