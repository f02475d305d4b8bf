import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { build } from './build.mjs'
import { ensureBrowsers, ensureIfPossible, ensurePackages } from './ensure.mjs'
import { countChecks, countPlaywright, countVitest, formatTotal, sumCounts } from './lib/countTests.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { getBin } from './lib/getBin.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runCommand } from './lib/runCommand.mjs'
import { runMain } from './lib/runMain.mjs'

const usage = `
Usage: npm test [-- --only check,unit,frames,e2e]

Installs what is missing (packages, browsers), builds, and runs everything: the checks, the unit tests, and the specs in
real browsers. Tests share the machine; the few that fail are run once more with the machine to themselves, and those that
pass then are named. The last line is the total; the exit code is 0 only if nothing failed and every runner ran something.

  --only LIST   some of: check, unit, frames (specs that count frames), e2e (the other specs)
`

const RESULTS = '.cache/test'
/** More failures than that are no accident of a busy machine, and not worth the minutes. */
const MOST_AGAIN = 8

const runners = {
  check: {
    count: countChecks,
    run: (file) => runCommand(process.execPath, [fromRoot('scripts/check.mjs'), '--json', file]),
  },
  unit: {
    count: countVitest,
    run: runUnit,
    runAgain(file, report) {
      const files = report.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name)
      return runUnit(file, { args: files, env: { UNBLINK_WORKERS: '1' } })
    },
  },
  frames: toSpecsRunner('frames'),
  e2e: toSpecsRunner('others'),
}

function runUnit(file, { args = [], env = {} } = {}) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const all = [getBin('vitest'), 'run', '--config', fromRoot('scripts/vitest.config.mjs'), ...reporters, ...args]
  return runCommand(process.execPath, all, { env })
}

/**
 * Playwright on one of the two kinds of specs: see e2e/playwright.config.ts. Several specs at a time on two cores: what fails
 * may have starved. Alone, it either passes, and is named as what it is, or has failed.
 */
function toSpecsRunner(kind) {
  const run = async (file, { args = [], env = {} } = {}) => {
    const { runSpecs } = await import('./e2e.mjs')
    return runSpecs({
      args: ['--reporter=list,json', ...args],
      env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file, UNBLINK_SPECS: kind, ...env },
    })
  }
  return {
    count: countPlaywright,
    run,
    runAgain: (file) => run(file, { args: ['--last-failed'], env: { UNBLINK_WORKERS: '1' } }),
  }
}

const readReport = (file) => JSON.parse(readFileSync(file, 'utf8'))

/** Runs one runner and returns its counts. A crash, an unreadable report or an empty run counts as a failure, so the total and the exit code agree. */
async function runCounted(name) {
  const { run, runAgain, count } = runners[name]
  const file = fromRoot(RESULTS, `${name}.json`)
  rmSync(file, { force: true })
  const startedAt = Date.now()
  console.log(`\n=== ${name}`)
  let code = await run(file).catch((error) => {
    console.error(error.message)
    return 1
  })
  let counts = { passed: 0, failed: 0, skipped: 0 }
  try {
    const report = readReport(file)
    counts = count(report)
    if (runAgain && counts.failed > 0 && counts.failed <= MOST_AGAIN && !report.errors?.length) {
      console.log(`\n=== ${name}: what failed, once more with the machine to itself`)
      const again = file.replace('.json', '-again.json')
      rmSync(again, { force: true })
      code = await runAgain(again, report)
      const second = count(readReport(again))
      // A second run that did not get to all of them says nothing of the rest.
      const failed = second.passed + second.failed < counts.failed ? counts.failed : second.failed
      const mended = counts.failed - failed
      counts = { ...counts, passed: counts.passed + mended, failed }
      console.log(`=== ${name}: ${mended} passed only alone; see above which`)
    }
  } catch {
    console.error(`${name}: no report was written; the run ended before its end.`)
  }
  if (counts.passed + counts.failed === 0) console.error(`${name}: nothing ran.`)
  const isBroken = counts.failed === 0 && (code !== 0 || counts.passed === 0)
  if (isBroken) counts.failed = 1
  console.log(`=== ${name}: ${formatTotal(counts)} (${Math.round((Date.now() - startedAt) / 1_000)} s)`)
  return counts
}

async function runAll(names) {
  await ensurePackages()
  if (names.includes('e2e') || names.includes('frames')) await ensureBrowsers(['chromium', 'firefox', 'xvfb'])
  if (names.includes('unit')) await ensureIfPossible(['nats'])
  await build()
  mkdirSync(fromRoot(RESULTS), { recursive: true })
  const all = []
  for (const name of names) all.push(await runCounted(name))
  return sumCounts(all)
}

runMain(import.meta.url, async () => {
  const { flags } = parseFlags({ usage, options: { only: { type: 'string' } } })
  requireNode('20.19', 'The test tools')
  const names = flags.only ? flags.only.split(',') : Object.keys(runners)
  const unknown = names.filter((name) => !(name in runners))
  if (unknown.length > 0)
    throw new Error(`No such runner: ${unknown.join(', ')}. There are: ${Object.keys(runners).join(', ')}.`)
  let total
  try {
    total = await runAll(names)
  } catch (error) {
    console.error(error.message)
    total = { passed: 0, failed: 1, skipped: 0 }
  }
  console.log(`\n${formatTotal(total)}`)
  process.exitCode = total.failed > 0 ? 1 : 0
})
