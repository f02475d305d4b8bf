import { existsSync, readdirSync } from 'node:fs'
import * as path from 'node:path'
import { pathToFileURL } from 'node:url'
import { formatMachine, getLoad, getMachine } from '../bench/lib/getMachine.mjs'
import { ensurePackages } from './ensure.mjs'
import { formatTable } from './lib/formatTable.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runMain } from './lib/runMain.mjs'
import { writeAtomic } from './lib/writeAtomic.mjs'

const listNames = () =>
  readdirSync(fromRoot('bench'))
    .filter((file) => file.endsWith('.mjs') && !file.endsWith('.test.mjs'))
    .map((file) => file.slice(0, -'.mjs'.length))
    .sort()

const getUsage = (extra = '') => `
Usage: npm run bench -- NAME [--runs N] [--only a,b] [--json FILE]

Runs bench/NAME.mjs, prints its table beside the machine, the versions and the load, and writes bench/results/NAME.json.
${extra}
  --runs N      how often each is measured (each benchmark has its own default)
  --only LIST   only these rows, by name
  --json FILE   write the results there instead

There are: ${listNames().join(', ')}
`

const SHARED_OPTIONS = { runs: { type: 'string' }, only: { type: 'string' }, json: { type: 'string' } }

function parseRuns(text) {
  if (text === undefined) return undefined
  const runs = Number(text)
  if (Number.isInteger(runs) && runs > 0) return runs
  throw new Error(`--runs ${text}: give a whole number from 1 up.`)
}

/**
 * A benchmark is a module with `about` (one line), optionally `options` (as in util.parseArgs) with `help` for them, and
 * `run({ runs, only, isWanted, flags, say })`, which resolves to `{ columns, rows, notes?, programs?, results }`.
 * `runs` is undefined when not asked for; `programs` maps a name to a path whose `--version` is shown.
 */
async function loadBench(name) {
  const file = fromRoot('bench', `${name}.mjs`)
  if (/^[\w-]+$/.test(name) && existsSync(file)) return import(pathToFileURL(file).href)
  throw new Error(`There is no benchmark "${name}". There are: ${listNames().join(', ')}.`)
}

runMain(import.meta.url, async () => {
  requireNode()
  const [name, ...args] = process.argv.slice(2)
  if (!name || name.startsWith('-')) {
    console.log(getUsage().trim())
    process.exitCode = name === '--help' || name === '-h' ? 0 : 2
    return
  }
  await ensurePackages()
  const bench = await loadBench(name)
  const usage = getUsage(`\n${name}: ${bench.about}.\n${bench.help ?? ''}`)
  const { flags } = parseFlags({ usage, options: { ...SHARED_OPTIONS, ...bench.options }, args })
  const only = flags.only ? flags.only.split(',') : []
  const isWanted = (row) => only.length === 0 || only.includes(row)
  const before = getLoad()
  const result = await bench.run({ runs: parseRuns(flags.runs), only, isWanted, flags, say: console.log })
  const { columns, rows, notes = [], programs = {}, ...rest } = result
  if (rows.length === 0) throw new Error(`Nothing was measured: is --only ${flags.only} right?`)
  const machine = getMachine(programs)
  const load = { before, after: getLoad() }
  console.log(`\n${bench.about}\n${formatMachine(machine, load)}\n\n${formatTable(columns, rows)}\n`)
  for (const note of notes) console.log(note)
  const file = path.resolve(flags.json ?? fromRoot('bench/results', `${name}.json`))
  const at = new Date().toISOString()
  writeAtomic(
    file,
    `${JSON.stringify({ bench: name, at, machine, load, columns: columns.map((column) => column.replace(/^>/, '')), rows, notes, ...rest }, null, 2)}\n`,
  )
  console.log(`written to ${path.relative(process.cwd(), file)}`)
})
