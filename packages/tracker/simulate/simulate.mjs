import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as util from 'node:util'

const usage = `
Usage: npm run -w packages/tracker simulate [-- --seeds N] [--from N] [--seed N]

Plays the real tracker in simulated tabs, over IndexedDB in memory, a network with weather and a virtual clock: lost and
repeated requests, lost replies, errors, pauses, captive portals, full and refused storage, crashes at any moment, several
tabs, clocks that jump. A seed tells all that happens. Exit code 1 when a seed ends with a durable event that is neither
stored nor counted as given up, stored twice, two requests under way at once, or a pause that was not kept.

  --seeds N  how many, default 10000
  --from N   the first, default 1
  --seed N   only this one, with what came of it
`

const folder = fileURLToPath(new URL('.', import.meta.url))
const outFile = fileURLToPath(new URL('../../../.cache/simulate/runSeed.mjs', import.meta.url))

/** The sources are TypeScript, which Node does not run by itself. They stay where they find their neighbours. */
async function load() {
  const { build } = createRequire(import.meta.url)('esbuild')
  mkdirSync(new URL('.', pathToFileURL(outFile)), { recursive: true })
  await build({
    entryPoints: [`${folder}runSeed.ts`],
    outfile: outFile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['source'],
    external: ['esbuild'],
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(`${folder}loadCode.ts`).href) },
    logLevel: 'error',
  })
  return import(pathToFileURL(outFile).href)
}

function readNumber(flags, name, otherwise) {
  if (flags[name] === undefined) return otherwise
  const value = Number(flags[name])
  if (Number.isInteger(value) && value > 0) return value
  console.error(`--${name} ${flags[name]}: give a whole number from 1 up.`)
  return process.exit(2)
}

const options = {
  seeds: { type: 'string' },
  from: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean' },
}
const { values: flags } = util.parseArgs({ options })
if (flags.help) {
  console.log(usage.trim())
  process.exit(0)
}
const only = readNumber(flags, 'seed')
const from = only ?? readNumber(flags, 'from', 1)
const seeds = only ? 1 : readNumber(flags, 'seeds', 10_000)

const { createSimulation } = await load()
const play = await createSimulation()
const startedAt = Date.now()
const sum = { durable: 0, stored: 0, missing: 0, requests: 0 }
let failed = 0
for (let seed = from; seed < from + seeds; seed++) {
  const outcome = await play(seed)
  for (const name of Object.keys(sum)) sum[name] += outcome[name]
  if (only) console.log(outcome)
  else if (outcome.problems.length > 0) console.log(`seed ${seed}: ${outcome.problems.join('; ')}`)
  if (outcome.problems.length > 0) failed++
  const done = seed - from + 1
  if (done % 1_000 === 0 && done < seeds) {
    const seconds = (Date.now() - startedAt) / 1_000
    console.log(`${done} of ${seeds} seeds, ${failed} failed, ${Math.round((seconds / done) * (seeds - done))} s to go`)
  }
}
const seconds = (Date.now() - startedAt) / 1_000
console.log(
  `${seeds} seeds in ${seconds.toFixed(1)} s, ${failed} failed: ${sum.durable} durable events, ${sum.stored} stored, ${sum.missing} given up and counted, ${sum.requests} requests`,
)
if (failed > 0) console.log(`again: npm run -w packages/tracker simulate -- --seed N`)
process.exitCode = failed > 0 ? 1 : 0
