const NOTHING = '–'

const round = (value, digits = 0) => (value === undefined ? NOTHING : value.toFixed(digits))

const formatRange = (comparison) => (comparison ? `${round(comparison.low, 2)}–${round(comparison.high, 2)}` : '')

const usual = [
  ['>variant ms', ({ variantMs }) => round(variantMs)],
  ['>p95', ({ variantP95Ms }) => round(variantP95Ms)],
  ['>ratio', ({ toOptimum }) => round(toOptimum?.ratio, 2)],
  ['>95 %', ({ toOptimum }) => formatRange(toOptimum)],
  ['>flicker', ({ flickers, runs }) => `${flickers}/${runs}`],
  ['>on screen', ({ screenshotFlickers, traced }) => `${screenshotFlickers}/${traced}`],
  ['>slot hidden', ({ slotHiddenMs }) => round(slotHiddenMs)],
  ['>page hidden', ({ pageHiddenMs }) => round(pageHiddenMs)],
  ['>FCP', ({ fcpMs }) => round(fcpMs)],
  ['>LCP', ({ lcpMs }) => round(lcpMs)],
  ['>CLS', ({ cls }) => round(cls, 3)],
  ['>asked', ({ askedMs }) => round(askedMs)],
  ['>answered', ({ answeredMs }) => round(answeredMs)],
  ['>script before', ({ scriptBeforeMs }) => round(scriptBeforeMs, 1)],
  ['>script ms', ({ scriptMs }) => round(scriptMs, 1)],
  ['>restyled', ({ restyled }) => round(restyled)],
  ['>forced layouts', ({ forcedLayouts }) => round(forcedLayouts)],
  ['>requests', ({ requests }) => round(requests)],
  ['>KB', ({ bytes }) => (bytes === undefined ? NOTHING : round(bytes / 1024, 1))],
  ['>failed', ({ failed }) => failed || ''],
]

const broken = [
  ['>first visible ms', ({ visibleMs }) => round(visibleMs)],
  ['>p95', ({ visibleP95Ms }) => round(visibleP95Ms)],
  ['>never', ({ neverVisible, runs }) => `${neverVisible}/${runs}`],
  ['>with variant', ({ withVariant, runs }) => `${withVariant}/${runs}`],
  ['>variant ms', ({ variantMs }) => round(variantMs)],
  ['>page hidden', ({ pageHiddenMs }) => round(pageHiddenMs)],
  ['>FCP', ({ fcpMs }) => round(fcpMs)],
  ['>failed', ({ failed }) => failed || ''],
]

/** One scenario as a table: `{ columns, rows }` for `formatTable`. `results` are `{ contender, ...summary }`. */
export function formatScenario(scenario, results) {
  const fields = scenario.canFail ? broken : usual
  return {
    columns: ['contender', ...fields.map(([name]) => name)],
    rows: results.map((result) => [result.contender, ...fields.map(([, format]) => format(result))]),
  }
}

const formatCell = (scenario, result) => {
  if (!result) return ''
  if (scenario.canFail)
    return result.neverVisible > 0 ? `never ${result.neverVisible}/${result.runs}` : round(result.visibleMs)
  const flicker = result.flickers + result.screenshotFlickers > 0 ? ' !' : ''
  return result.toOptimum ? `${round(result.variantMs)} (${round(result.toOptimum.ratio, 2)})${flicker}` : NOTHING
}

/** All scenarios beside each other, one row per contender. */
export function formatOverview(scenarios, contenders, results) {
  const find = (scenario, { name }) =>
    results.find((result) => result.scenario === scenario.id && result.contender === name)
  return {
    columns: ['contender', '', ...scenarios.map(({ id }) => `>${id}`)],
    rows: contenders.map((contender) => [
      contender.name,
      contender.title,
      ...scenarios.map((scenario) => formatCell(scenario, find(scenario, contender))),
    ]),
  }
}
