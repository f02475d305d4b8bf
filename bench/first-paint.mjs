import { existsSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { build } from '../scripts/build.mjs'
import { ensureBrowsers } from '../scripts/ensure.mjs'
import { formatTable } from '../scripts/lib/formatTable.mjs'
import { fromRoot } from '../scripts/lib/fromRoot.mjs'
import { writeAtomic } from '../scripts/lib/writeAtomic.mjs'
import { createContenders } from './first-paint/contenders/createContenders.mjs'
import { measureScenario } from './first-paint/measure/measureScenario.mjs'
import { ensureFolder } from '../scripts/lib/ensureFolder.mjs'
import { findPeerFile } from './first-paint/peers/findPeerFile.mjs'
import { formatOverview, formatScenario } from './first-paint/report/formatScenario.mjs'
import { renderChart } from './first-paint/report/renderChart.mjs'
import { getMedian } from './first-paint/report/statistics.mjs'
import { summarise } from './first-paint/report/summarise.mjs'
import { ALL_SCENARIOS, DEFAULT_SCENARIOS, parseScenario } from './first-paint/scenarios.mjs'
import { startSites } from './first-paint/sites/startSites.mjs'
import { getLoad } from './lib/getMachine.mjs'

const DEFAULT_RUNS = 8
const CHART = 'bench/results/first-paint.svg'
const RESULTS = 'bench/results/first-paint.json'
/** Always measured along: what the ratios and the script time are taken against. */
const YARDSTICKS = ['none', 'optimum']

export const about = 'Time to the personalised first paint in Chromium: ours, the hand-written optimum, real peers'

export const options = { scenarios: { type: 'string' }, keep: { type: 'boolean' } }

export const help = `Installs the peers on first use (140 MB in bench/first-paint/node_modules). Draws ${CHART}.
The default takes about ten minutes on two cores; --runs 60 --scenarios all takes a night.

  --scenarios LIST  parts joined by +: the profile's delay (100ms, never), CPU slow-down (4x), round trip (rtt40),
                    trouble with the library (library-300, library-refused, library-hanging).
                    Default ${DEFAULT_SCENARIOS.join(',')}; all: ${ALL_SCENARIOS.join(',')}
  --runs N          rounds per scenario, default ${DEFAULT_RUNS}; every third one also under a trace
  --only LIST       ${YARDSTICKS.join(' and ')} are always measured along
  --keep            keep the results of other scenarios that the JSON file holds; each tells when it was measured
  --json FILE       the chart goes beside it
`

const NOTES = [
  'variant ms: from the navigation to the end of the first frame with the variant, median. ratio: to the optimum of the same round, median, with its 95 % interval.',
  'flicker: runs whose frames had the baseline before the variant; on screen: the same by the screenshots of the traced runs (no script of ours in the page there). "!" in the overview: either.',
  'script ms: main-thread script in thread time, less that of the page without personalisation; before: what began until the variant was on the screen. KB: bodies of all requests beyond the page.',
  'Every run has a fresh browser context; the connection to the page’s own host is warm, all others are cold.',
]

function chooseScenarios(text) {
  if (text === undefined) return DEFAULT_SCENARIOS.map(parseScenario)
  return (text === 'all' ? ALL_SCENARIOS : text.split(',')).map(parseScenario)
}

function chooseContenders(all, only) {
  const unknown = only.filter((name) => !all.some((contender) => contender.name === name))
  if (unknown.length > 0) {
    throw new Error(
      `--only: nobody is called ${unknown.join(', ')}. There are: ${all.map(({ name }) => name).join(', ')}.`,
    )
  }
  const isWanted = ({ name }) => only.length === 0 || only.includes(name) || YARDSTICKS.includes(name)
  return all.filter(isWanted)
}

const formatDuration = (ms) => (ms < 90_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`)

/** How disturbed the measuring was, where the kernel tells it. */
function formatPressure(results) {
  const pressure = getMedian(results.map((result) => result.pressure))
  return pressure === undefined ? '' : `; some task waited for a CPU ${Math.round(pressure * 100)} % of the time`
}

/** The results of an earlier run in scenarios that this one does not measure. Each tells when it was measured. */
function readKept(file, scenarios) {
  if (!existsSync(file)) return []
  const { at, results } = JSON.parse(readFileSync(file, 'utf8'))
  const isMeasured = (result) => scenarios.some(({ id }) => id === result.scenario)
  return results.filter((result) => !isMeasured(result)).map((result) => ({ at, ...result }))
}

async function runScenario({ scenario, contenders, runs, say, ...setting }) {
  const startedAt = Date.now()
  say(`\n${scenario.id}: ${contenders.length} contenders, ${runs} rounds, load ${getLoad().join(' ')}`)
  const onRound = (round) => {
    const spent = Date.now() - startedAt
    const left = round < runs ? `, about ${formatDuration((spent / round) * (runs - round))} to go` : ''
    say(`  round ${round} of ${runs} after ${formatDuration(spent)}${left}`)
  }
  const traceRuns = scenario.canFail ? 0 : Math.ceil(runs / 3)
  const onAbsent = ({ name }, why) => say(`  ${name} is left out: ${why}`)
  const measured = await measureScenario({ ...setting, scenario, contenders, runs, traceRuns, onRound, onAbsent })
  const present = contenders.filter(({ name }) => measured[name])
  const results = present.map(({ name, kind, title }) => ({
    scenario: scenario.id,
    at: new Date().toISOString(),
    contender: name,
    kind,
    title,
    ...summarise({ rounds: measured[name], optimumRounds: measured.optimum, emptyRounds: measured.none }),
    rounds: measured[name],
  }))
  const { columns, rows } = formatScenario(scenario, results)
  say(`\n${scenario.id}, load ${getLoad().join(' ')}${formatPressure(results)}\n${formatTable(columns, rows)}`)
  for (const { contender, rounds } of results) {
    const errors = new Set(rounds.flatMap((round) => round.errors))
    for (const error of errors) say(`  ${contender}: ${error}`)
  }
  return results
}

/** See `scripts/bench.mjs` for what a benchmark is given and gives back. */
export async function run({ runs = DEFAULT_RUNS, only, flags, say }) {
  const scenarios = chooseScenarios(flags.scenarios)
  await ensureFolder('bench/first-paint')
  await build()
  const { chromium: executablePath } = await ensureBrowsers(['chromium'])
  const all = await createContenders()
  const contenders = chooseContenders(all, only)
  const sites = await startSites({ fontFile: findPeerFile('@fontsource/inter', 'files/inter-latin-400-normal.woff2') })
  try {
    const results = []
    for (const scenario of scenarios) {
      const isOn = ({ name, isForRoutes }) => !isForRoutes || scenario.rttMs > 0 || only.includes(name)
      const present = contenders.filter(isOn)
      results.push(...(await runScenario({ executablePath, sites, scenario, contenders: present, runs, say })))
    }
    const kept = flags.keep ? readKept(flags.json ?? fromRoot(RESULTS), scenarios) : []
    results.unshift(...kept)
    const shown = [...new Set(results.map(({ scenario }) => scenario))].map(parseScenario)
    const measured = all.filter(({ name }) => results.some(({ contender }) => contender === name))
    const chart = flags.json ? path.resolve(flags.json.replace(/(\.json)?$/, '.svg')) : fromRoot(CHART)
    writeAtomic(chart, renderChart(shown, results))
    const overview = formatOverview(shown, measured, results)
    return {
      ...overview,
      notes: [...NOTES, `chart: ${path.relative(fromRoot('.'), chart)}`],
      programs: { chromium: executablePath },
      results,
    }
  } finally {
    sites.close()
  }
}
