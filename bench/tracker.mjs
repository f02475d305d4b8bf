import { build } from '../scripts/build.mjs'
import { ensureBrowsers } from '../scripts/ensure.mjs'
import { chromiumArgs } from '../scripts/lib/chromiumArgs.mjs'
import { getMedian } from './first-paint/report/statistics.mjs'
import { createContenders } from './tracker/contenders.mjs'
import { ensureFolder } from '../scripts/lib/ensureFolder.mjs'
import { measure } from './tracker/measure.mjs'
import { startSite } from './tracker/startSite.mjs'

const DEFAULT_RUNS = 5
const DURATION_MS = 10_000
/** What the others' own cost is taken against. */
const YARDSTICK = 'nothing'
const CPUS = [1, 4]

export const about = 'What watching a visitor costs the page: ten seconds of mouse, wheel and clicks in Chromium'

export const help = `Installs the peers on first use (bench/tracker/node_modules). Their endpoints are played on this machine. A run of one
contender takes about 20 seconds; ${YARDSTICK} is always measured along.

  --runs N     rounds, default ${DEFAULT_RUNS}
  --only LIST  of nothing, unblink, beacon, posthog, snowplow
`

const NOTES = [
  'script ms: scripts on the page’s main thread, in thread time, from the first move until 6.5 s after the last, less those of the page alone in the same round; median. main ms: the same of all its tasks. task ms: the longest task, wall time.',
  'requests, KB: from the load until the page is left, headers and bodies as sent, files of the contenders aside. Who sends less may tell less: PostHog keeps clicks and a heatmap of moves, Snowplow a ping with the scroll position, the beacon every sample.',
]

const format = (value, digits = 1) => value.toFixed(digits)

function summarise(name, title, cpu, rounds, yardsticks) {
  const median = (get) => getMedian(rounds.map(get))
  return {
    contender: name,
    title,
    cpu,
    scriptMs: median(({ scriptMs }, round) => scriptMs - yardsticks[round].scriptMs),
    mainMs: median(({ mainMs }, round) => mainMs - yardsticks[round].mainMs),
    longestTaskMs: median(({ longestTaskMs }) => longestTaskMs),
    requests: median(({ requests }) => requests),
    bytes: median(({ bytes }) => bytes),
    rounds,
  }
}

/** See `scripts/bench.mjs` for what a benchmark is given and gives back. */
export async function run({ runs = DEFAULT_RUNS, only, say }) {
  await ensureFolder('bench/tracker')
  await build()
  const { chromium: executablePath } = await ensureBrowsers(['chromium'])
  const all = await createContenders()
  const unknown = only.filter((name) => !all.some((contender) => contender.name === name))
  if (unknown.length > 0)
    throw new Error(`--only: there is no ${unknown.join(', ')}. There are: ${all.map(({ name }) => name).join(', ')}.`)
  const contenders = all.filter(({ name }) => only.length === 0 || only.includes(name) || name === YARDSTICK)
  const { chromium } = await import('@playwright/test')
  const browser = await chromium.launch({
    executablePath,
    args: [...chromiumArgs, '--disable-gpu', '--disable-blink-features=AutomationControlled'],
  })
  const site = await startSite()
  const results = []
  try {
    for (const cpu of CPUS) {
      const measured = Object.fromEntries(contenders.map(({ name }) => [name, []]))
      for (let round = 1; round <= runs; round++) {
        for (const contender of contenders) {
          const one = await measure({ browser, site, contender, cpu, durationMs: DURATION_MS })
          measured[contender.name].push(one)
          say(
            `${cpu}x, round ${round} of ${runs}, ${contender.name}: script ${format(one.scriptMs)} ms, ${one.requests} requests, ${one.bytes} bytes`,
          )
          for (const problem of new Set(one.problems)) say(`  ${contender.name}: ${problem}`)
        }
      }
      for (const { name, title } of contenders)
        results.push(summarise(name, title, cpu, measured[name], measured[YARDSTICK]))
    }
  } finally {
    site.close()
    await browser.close()
  }
  return {
    columns: ['who', '>cpu', '>script ms', '>main ms', '>task ms', '>requests', '>KB'],
    rows: results.map(({ title, cpu, scriptMs, mainMs, longestTaskMs, requests, bytes }) => [
      title,
      `${cpu}x`,
      format(scriptMs),
      format(mainMs),
      format(longestTaskMs),
      String(requests),
      format(bytes / 1_000),
    ]),
    notes: NOTES,
    programs: { chromium: executablePath },
    results,
  }
}
