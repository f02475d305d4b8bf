import { describeScenario } from './describeScenario.mjs'

const WIDTH = 1180
const PAD = 28
const LABELS = 236
const GAP = 30
const ROW = 25
const BAR = 15
const GROUP_GAP = 12
const HEAD = 96
const PANEL_HEAD = 58
const PANEL_FOOT = 34
const LEGEND = 30
/** Room for the figures behind the longest bar. */
const FIGURES = 86

const KINDS = ['unblink', 'reference', 'peer']

const STYLE = `
text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1d2430 }
.title { font-size: 20px; font-weight: 650 } .panel { font-size: 14px; font-weight: 600 }
.soft, .tick, .ratio { fill: #66707f } .tick { font-size: 11px } .value { font-weight: 600 }
.halo { paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-linejoin: round }
.paper { fill: #fff } .grid { stroke: #e3e7ee } .tail { stroke: #1d2430; stroke-opacity: .45 }
.unblink { fill: #0f8a72 } .reference { fill: #a9b3c2 } .peer { fill: #8aa4d6 }
.strong { font-weight: 650 } .optimum { stroke: #1d2430; stroke-width: 1.5; stroke-dasharray: 4 3 }
.blank { fill: #1d2430; fill-opacity: .78 } .wrong { fill: url(#wrong) } .stripe { stroke: #c81e2b; stroke-width: 3.2 }
@media (prefers-color-scheme: dark) {
text { fill: #e7ebf2 } .soft, .tick, .ratio { fill: #9aa5b5 } .paper { fill: #12161d } .halo { stroke: #12161d } .grid { stroke: #29313d }
.tail { stroke: #e7ebf2 } .optimum { stroke: #e7ebf2 } .unblink { fill: #23b597 } .reference { fill: #5c6675 }
.peer { fill: #5574b4 } .blank { fill: #dfe5ee; fill-opacity: .9 } .stripe { stroke: #ff5964 } }`

const escape = (text) => String(text).replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`)
const at = (value) => Math.round(value * 10) / 10
const text = (x, y, content, attributes = '') =>
  `<text x="${at(x)}" y="${at(y)}" ${attributes}>${escape(content)}</text>`
const rect = (x, y, width, className, height = BAR) =>
  `<rect class="${className}" x="${at(x)}" y="${at(y)}" width="${at(Math.max(0, width))}" height="${height}" rx="2"/>`
const line = (x1, y1, x2, y2, className) =>
  `<line class="${className}" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`

/** What a bar is as long as: the variant where one is expected, the first sight of anything where something is broken. */
const getValue = (scenario, result) => (scenario.canFail ? result.visibleMs : result.variantMs)
const getTail = (scenario, result) => (scenario.canFail ? result.visibleP95Ms : result.variantP95Ms)

/** A round step that cuts `maximum` into four to eight parts. */
function getStep(maximum) {
  const power = 10 ** Math.floor(Math.log10(maximum / 4))
  return power * ([5, 2, 1].find((factor) => maximum / (power * factor) >= 4) ?? 1)
}

/** Groups of rows in drawing order: by kind, and within it by the first scenario's figures. */
function arrange(scenarios, results) {
  const firstValue = ({ contender }) => {
    const values = scenarios.map((scenario) => {
      const result = results.find((each) => each.scenario === scenario.id && each.contender === contender)
      return result && getValue(scenario, result)
    })
    return values.find((value) => value !== undefined) ?? Infinity
  }
  const isDrawn = ({ contender }) => contender !== 'none'
  const unique = [...new Map(results.filter(isDrawn).map((result) => [result.contender, result])).values()]
  const sorted = unique.sort((a, b) => firstValue(a) - firstValue(b))
  let y = 0
  return KINDS.flatMap((kind) => {
    const rows = sorted.filter((row) => row.kind === kind).map((row) => ({ ...row, y: (y += ROW) - ROW }))
    y += rows.length > 0 ? GROUP_GAP : 0
    return rows
  })
}

function renderBar({ scenario, result, scale, y }) {
  const value = getValue(scenario, result)
  if (value === undefined) return ''
  const parts = [rect(scale(0), y, scale(value) - scale(0), result.kind)]
  if (result.pageHiddenMs > 16 && result.visibleMs !== undefined) {
    const from = Math.max(0, result.visibleMs - result.pageHiddenMs)
    parts.push(rect(scale(from), y, scale(result.visibleMs) - scale(from), 'blank'))
  }
  if (result.flickers * 2 > result.runs) {
    const from = Math.max(0, value - result.flickerMs)
    parts.push(rect(scale(from), y, scale(value) - scale(from), 'wrong'))
  }
  const tail = getTail(scenario, result)
  if (tail > value) parts.push(line(scale(value), y + BAR / 2, scale(tail), y + BAR / 2, 'tail'))
  return parts.join('\n')
}

function renderFigures({ scenario, result, scale, y }) {
  const value = getValue(scenario, result)
  const label = y + BAR - 3
  const why = result.runs === 0 ? 'every run failed' : 'never'
  if (value === undefined) return text(scale(0) + 4, label, why, 'class="soft"')
  const end = scale(Math.max(value, getTail(scenario, result) ?? 0))
  const ratio = !scenario.canFail && result.toOptimum ? `${result.toOptimum.ratio.toFixed(2)}×` : ''
  const figures = `<tspan class="value">${Math.round(value)}</tspan> <tspan class="ratio" dx="3">${ratio}</tspan>`
  return `<text class="halo" x="${at(end + 7)}" y="${at(label)}">${figures}</text>`
}

function renderPanel({ scenario, results, rows, x, y, width, height }) {
  const present = rows.flatMap((row) => {
    const result = results.find((each) => each.scenario === scenario.id && each.contender === row.contender)
    return result ? [{ result, y: row.y }] : []
  })
  const lengths = present.map(({ result }) => Math.max(getValue(scenario, result) ?? 0, getTail(scenario, result) ?? 0))
  const maximum = Math.max(1, ...lengths)
  const scale = (ms) => x + (ms / maximum) * (width - FIGURES)
  const top = y + PANEL_HEAD
  const { title, details } = describeScenario(scenario)
  const metric = scenario.canFail ? 'ms until anything is in the slot' : 'ms until the variant is in the slot'
  const parts = [text(x, y + 18, title, 'class="panel"'), text(x, y + 36, `${details}; ${metric}`, 'class="soft"')]
  const step = getStep(maximum)
  for (let ms = 0; ms <= maximum; ms += step) {
    parts.push(line(scale(ms), top - 4, scale(ms), top + height, 'grid'))
    parts.push(text(scale(ms), top + height + 14, ms, 'class="tick" text-anchor="middle"'))
  }
  const drawn = present.map(({ result, y: offset }) => ({ scenario, result, scale, y: top + offset }))
  parts.push(...drawn.map(renderBar))
  const optimum = present.find(({ result }) => result.contender === 'optimum')
  const reference = optimum && getValue(scenario, optimum.result)
  if (reference !== undefined)
    parts.push(line(scale(reference), top - 8, scale(reference), top + height + 2, 'optimum'))
  // After the line, so that it does not strike a figure through.
  return [...parts, ...drawn.map(renderFigures)].join('\n')
}

function renderLegend(y) {
  const items = [
    ['unblink', 'Unblink'],
    ['reference', 'references'],
    ['peer', 'peers'],
    ['wrong', 'flicker: the baseline first'],
    ['blank', 'whole page blank'],
  ]
  let x = PAD
  const parts = items.map(([className, label]) => {
    const under = className === 'wrong' || className === 'blank' ? rect(x, y - 11, 22, 'peer', 13) : ''
    const item = `${under}${rect(x, y - 11, 22, className, 13)}${text(x + 29, y, label)}`
    x += 29 + label.length * 6.6 + 26
    return item
  })
  const dashes = `${line(x, y - 4, x + 24, y - 4, 'optimum')}${text(x + 31, y, 'hand-written optimum')}`
  const tail = `${line(x + 190, y - 4, x + 214, y - 4, 'tail')}${text(x + 221, y, 'up to the 95th percentile')}`
  return [...parts, dashes, tail].join('\n')
}

/**
 * A bar chart as SVG: a panel per scenario, two beside each other, with a bar per contender and the optimum as a line.
 * `scenarios` as parsed; `results` are `{ scenario, contender, kind, title, ...summary }`. Pure.
 */
export function renderChart(scenarios, results) {
  const rows = arrange(scenarios, results)
  const height = rows.length > 0 ? rows.at(-1).y + BAR : 0
  const columns = Math.min(2, scenarios.length)
  const width = (WIDTH - PAD * 2 - LABELS - GAP * (columns - 1)) / columns
  const lineHeight = PANEL_HEAD + height + PANEL_FOOT
  const counts = results.map(({ runs }) => runs)
  const [fewest, most] = [Math.min(...counts), Math.max(0, ...counts)]
  const lines = Math.ceil(scenarios.length / columns)
  const total = HEAD + lines * lineHeight + PAD
  const parts = [
    text(PAD, PAD + 18, 'Time to the personalised content, without the blink', 'class="title"'),
    text(
      WIDTH - PAD,
      PAD + 18,
      `medians of ${fewest < most ? `${fewest} to ` : ''}${most} rounds; × the optimum of the same round`,
      'class="soft" text-anchor="end"',
    ),
    renderLegend(PAD + 18 + LEGEND),
  ]
  for (let index = 0; index < lines; index++) {
    const y = HEAD + index * lineHeight
    for (const row of rows) {
      const strong = row.kind === 'unblink' || row.contender === 'optimum' ? ' class="strong"' : ''
      const place = y + PANEL_HEAD + row.y + BAR - 3
      parts.push(text(PAD + LABELS - 12, place, row.title, `text-anchor="end"${strong}`))
    }
    scenarios.slice(index * columns, (index + 1) * columns).forEach((scenario, column) => {
      const x = PAD + LABELS + column * (width + GAP)
      parts.push(renderPanel({ scenario, results, rows, x, y, width, height }))
    })
  }
  const stripes =
    '<pattern id="wrong" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="stripe" x1="0" y1="0" x2="0" y2="7"/></pattern>'
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${total}" width="${WIDTH}" height="${total}" role="img" aria-label="Time to the personalised content per contender">
<style>${STYLE}</style><defs>${stripes}</defs>
<rect class="paper" width="${WIDTH}" height="${total}"/>
${parts.join('\n')}
</svg>
`
}
