import * as v8 from 'node:v8'
import * as vm from 'node:vm'
import { ensureBrowsers } from '../scripts/ensure.mjs'
import { ensureFolder } from '../scripts/lib/ensureFolder.mjs'
import { fromRoot } from '../scripts/lib/fromRoot.mjs'
import { getMedian, getQuantile } from './first-paint/report/statistics.mjs'

const DEFAULT_RUNS = 30
const COUNTS = [10, 100, 1_000, 10_000]
const CONTENDERS = ['unblink', 'growthbook', 'json-logic']
const FIRST_PAGES = 7

export const about = 'Time to decide ten slots, in Node and in Chromium, beside other evaluators of the same conditions'

export const help = `Installs the peers on first use (bench/decide/node_modules). Every experience has an audience of its own, of three
operators, and none matches: the dearest case. unblink makes whole decisions, the peers evaluate the conditions only.

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
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--js-flags=--expose-gc'] })
  const measure = async (task) => {
    const page = await browser.newPage()
    const run = async ([source, given]) => {
      const address = `data:text/javascript;base64,${source}`
      const workload = await import(address)
      return workload.measure(given)
    }
    const result = await page.evaluate(run, [Buffer.from(code).toString('base64'), task])
    await page.close()
    return result
  }
  const measureFirst = async (task) => {
    const times = []
    for (let i = 0; i < FIRST_PAGES; i++) times.push((await measure({ ...task, runs: 1 })).firstMs)
    return getMedian(times)
  }
  return { name: 'chromium', measure, measureFirst, close: () => browser.close() }
}

/** How the time grows with ten times the rules: 1 is linear. */
const getGrowth = (from, to) => Math.log10(to / from)

const format = (ms, digits = 3) => (ms === undefined ? '' : ms.toFixed(digits))

async function measureAll({ places, contenders, runs, say }) {
  const results = []
  for (const place of places) {
    for (const contender of contenders) {
      for (const count of COUNTS) {
        const { samples } = await place.measure({ contender, count, runs })
        const firstMs = await place.measureFirst({ contender, count })
        const ms = getMedian(samples)
        const before = results.findLast((row) => row.place === place.name && row.contender === contender)
        const growth = before && getGrowth(before.ms, ms)
        const spread = { p25: getQuantile(samples, 0.25), p75: getQuantile(samples, 0.75) }
        results.push({
          place: place.name,
          contender,
          count,
          ms,
          ...spread,
          firstMs,
          microsPerRule: (ms / count) * 1_000,
          growth,
        })
        say(`${place.name} ${contender} ${count}: ${format(ms)} ms`)
      }
    }
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
      columns: ['where', 'who', '>experiences', '>ms', '>p25', '>p75', '>first ms', '>µs each', '>growth'],
      rows: results.map(({ place, contender, count, ms, p25, p75, firstMs, microsPerRule, growth }) => [
        place,
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
        'ms: one call, median of the samples; every sample has rules that were never seen before. unblink decides ten slots, the peers evaluate as many conditions.',
        `first ms: the first call in a page, before anything was compiled; median of ${FIRST_PAGES} pages. The page's clock has steps of 0.1 ms.`,
        'growth: 1 is linear in the number of experiences. Above a few thousand, rules no longer fit the caches of the processor, whoever reads them.',
      ],
      programs: { chromium },
      results,
    }
  } finally {
    for (const place of places) await place.close()
  }
}
