import { comparePaired, getMedian, getQuantile } from './statistics.mjs'

const count = (items, is) => items.filter(is).length

const getTimings = (rounds) => rounds.map(({ timing }) => timing)

const getSlotHiddenMs = ({ visible, headline }) => (visible === undefined ? undefined : visible - headline)

const hasShownBaselineFirst = ({ baseline, variant }) =>
  variant !== undefined && baseline !== undefined && baseline < variant

function summariseTraces(traces, emptyTraces) {
  const pick = (name) => getMedian(traces.map((trace) => trace[name]))
  const emptyMs = getMedian(emptyTraces.map(({ scriptMs }) => scriptMs))
  return {
    traced: traces.length,
    screenshotFlickers: count(traces, ({ hasFlickered }) => hasFlickered),
    scriptMs: traces.length > 0 && emptyMs !== undefined ? Math.max(0, pick('scriptMs') - emptyMs) : undefined,
    scriptBeforeMs: pick('scriptBeforeMs'),
    restyled: pick('restyled'),
    forcedLayouts: pick('forcedLayouts'),
    longestTaskMs: pick('longestTaskMs'),
    requests: pick('requests'),
    bytes: pick('bytes'),
  }
}

/**
 * The figures of one contender in one scenario. `rounds` are `{ timing?, trace?, errors }`, place by place the same rounds
 * as those of the hand-written optimum and of the page without personalisation. Times are medians in milliseconds.
 */
export function summarise({ rounds, optimumRounds = [], emptyRounds = [] }) {
  const timings = getTimings(rounds).filter(Boolean)
  const pick = (name) => getMedian(timings.map((timing) => timing[name]))
  const tail = (name) =>
    getQuantile(
      timings.map((timing) => timing[name]),
      0.95,
    )
  const toVariants = (list) => getTimings(list).map((timing) => timing?.variant)
  const flickers = timings.filter(hasShownBaselineFirst)
  const traces = (list) => list.map(({ trace }) => trace).filter(Boolean)
  return {
    runs: timings.length,
    failed: rounds.reduce((sum, { errors }) => sum + errors.length, 0),
    variantMs: pick('variant'),
    variantP95Ms: tail('variant'),
    withVariant: count(timings, ({ variant }) => variant !== undefined),
    toOptimum: comparePaired(toVariants(rounds), toVariants(optimumRounds)),
    visibleMs: pick('visible'),
    visibleP95Ms: tail('visible'),
    neverVisible: count(timings, ({ visible }) => visible === undefined),
    askedMs: pick('asked'),
    answeredMs: pick('answered'),
    flickers: flickers.length,
    flickerMs: getMedian(flickers.map(({ baseline, variant }) => variant - baseline)),
    slotHiddenMs: getMedian(timings.map(getSlotHiddenMs)),
    pageHiddenMs: pick('pageHiddenMs'),
    fcpMs: pick('fcp'),
    lcpMs: pick('lcp'),
    cls: pick('cls'),
    pressure: pick('pressure'),
    ...summariseTraces(traces(rounds), traces(emptyRounds)),
  }
}
