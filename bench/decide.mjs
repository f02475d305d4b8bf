import * as v8 from 'node:v8'
import * as vm from 'node:vm'
import { ensureBrowsers } from '../scripts/ensure.mjs'
import { chromiumArgs } from '../scripts/lib/chromiumArgs.mjs'
import { ensureFolder } from '../scripts/lib/ensureFolder.mjs'
import { fromRoot } from '../scripts/lib/fromRoot.mjs'
import { getMedian, getQuantile } from './first-paint/report/statistics.mjs'

const DEFAULT_RUNS = 30
const COUNTS = [10, 100, 1_000, 10_000]
const CONTENDERS = ['unblink', 'growthbook', 'json-logic']
/** What is measured (bench/decide/workload.mjs), and of whom. */
const TASKS = { conditions: CONTENDERS, 'by id': CONTENDERS, decide: ['unblink'], 'decide, shared': ['unblink'] }
const FIRST_PAGES = 7

export const about = 'Time to decide ten slots, in Node and in Chromium, beside other evaluators of the same conditions'

export const help = `Installs the peers on first use (bench/decide/node_modules). No two audiences are alike, each has three operators, and
none matches: the dearest case. Only the last row has fewer audiences than experiences, as sites have.

  conditions      a list of conditions is evaluated for one visitor, and nothing else
  by id           the same, looked up in a table by the ids that experiences name
  decide          whole decisions: the same experiences, ten slots at once
  decide, shared  the same, where 100 audiences are shared by all experiences

  --runs N     samples of each, default ${DEFAULT_RUNS}
  --only LIST  of ${CONTENDERS.join(', ')}
`

/** The workload with everything it imports, as one module. */
async function bundle() {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [fromRoot('bench/decide/workload.mjs')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['source'],
    nodePaths: [fromRoot('bench/decide/node_modules')],
    alias: { '@unblink/decide': fromRoot('packages/decide/src/index.ts') },
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
    write: false,
  })
  return outputFiles[0].text
}

/** Measures in this process. */
async function openNode(code) {
  v8.setFlagsFromString('--expose-gc')
  globalThis.gc = vm.runInNewContext('gc')
  const workload = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)
  return { name: 'node', measure: (task) => workload.measure(task), measureFirst: () => undefined, close: () => {} }
}

/** Measures in pages of their own, so that the first call of each finds nothing compiled. */
async function openChromium(code, executablePath) {
  const { chromium } = await import('@playwright/test')
  const browser = await chromium.launch({ executablePath, args: [...chromiumArgs, '--js-flags=--expose-gc'] })
  const call = async (name, task) => {
    const page = await browser.newPage()
    const run = async ([source, method, given]) => {
      const address = `data:text/javascript;base64,${source}`
      const workload = await import(address)
      return workload[method](given)
    }
    const result = await page.evaluate(run, [Buffer.from(code).toString('base64'), name, task])
    await page.close()
    return result
  }
  const measureFirst = async (task) => {
    const times = []
    for (let i = 0; i < FIRST_PAGES; i++) times.push(await call('measureFirst', task))
    return getMedian(times)
  }
  return { name: 'chromium', measure: (task) => call('measure', task), measureFirst, close: () => browser.close() }
}

/** How the time grows with ten times the rules: 1 is linear. */
const getGrowth = (from, to) => Math.log10(to / from)

const format = (ms, digits = 3) => (ms === undefined ? '' : ms.toFixed(digits))

/** Measures what `rows` say of so many experiences; `before` are the results of ten times fewer, if there are any. */
async function measureCount({ place, rows, count, runs, before }) {
  const samples = await place.measure({ rows, count, runs })
  const results = []
  for (const [index, row] of rows.entries()) {
    const ms = getMedian(samples[index])
    results.push({
      place: place.name,
      ...row,
      count,
      ms,
      p25: getQuantile(samples[index], 0.25),
      p75: getQuantile(samples[index], 0.75),
      firstMs: await place.measureFirst({ ...row, count }),
      microsPerRule: (ms / count) * 1_000,
      growth: before && getGrowth(before[index].ms, ms),
    })
  }
  return results
}

async function measureAll({ places, contenders, runs, say }) {
  const rows = Object.entries(TASKS).flatMap(([task, names]) =>
    names.filter((name) => contenders.includes(name)).map((contender) => ({ task, contender })),
  )
  const results = []
  for (const place of places) {
    const columns = []
    for (const count of COUNTS) {
      columns.push(await measureCount({ place, rows, count, runs, before: columns.at(-1) }))
      for (const { task, contender, ms } of columns.at(-1)) {
        say(`${place.name}, ${task}, ${contender}, ${count}: ${format(ms)} ms`)
      }
    }
    // The four sizes of a row one below the other.
    results.push(...rows.flatMap((_, index) => columns.map((column) => column[index])))
  }
  return results
}

/** See `scripts/bench.mjs` for what a benchmark is given and gives back. */
export async function run({ runs = DEFAULT_RUNS, only, isWanted, say }) {
  const unknown = only.filter((name) => !CONTENDERS.includes(name))
  if (unknown.length > 0)
    throw new Error(`--only: there is no ${unknown.join(', ')}. There are: ${CONTENDERS.join(', ')}.`)
  await ensureFolder('bench/decide')
  const { chromium } = await ensureBrowsers(['chromium'])
  const code = await bundle()
  const places = [await openNode(code), await openChromium(code, chromium)]
  try {
    const results = await measureAll({ places, contenders: CONTENDERS.filter(isWanted), runs, say })
    return {
      columns: ['where', 'what', 'who', '>experiences', '>ms', '>p25', '>p75', '>first ms', '>µs each', '>growth'],
      rows: results.map(({ place, task, contender, count, ms, p25, p75, firstMs, microsPerRule, growth }) => [
        place,
        task,
        contender,
        count,
        format(ms),
        format(p25),
        format(p75),
        format(firstMs, 1),
        format(microsPerRule, 2),
        format(growth, 2),
      ]),
      notes: [
        'ms: one call, median of the samples, for which all rows take turns; every sample has rules that were never seen before.',
        'conditions, by id: the same work for everyone. decide: ten slots, with the look-ups, the priorities and whatever else belongs to it.',
        'decide, shared: the same with 100 audiences for all experiences, the usual case. Up to 100 experiences nothing is shared yet.',
        'From thousands of ids on, looking up takes longer than evaluating, whoever evaluates: what is found lies scattered in memory, and no longer fits the caches of the processor.',
        `first ms: the first call in a page, before anything was compiled; median of ${FIRST_PAGES} pages. The page's clock has steps of 0.1 ms.`,
        'growth: 1 is linear in the number of experiences.',
      ],
      programs: { chromium },
      results,
    }
  } finally {
    for (const place of places) await place.close()
  }
}
