import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import * as util from 'node:util'
import { findMutants } from './findMutants.mjs'

const usage = `
Usage: npm run -w packages/decide mutate [-- --only NAME] [--jobs N] [--json FILE] [--least PERCENT]

Puts one small fault at a time into the sources and runs the tests: how many of the faults do they notice? Lists those that
nobody noticed. Exit code 1 when fewer than the wanted share was noticed.

  --only NAME      only files whose path holds NAME
  --lines A-B      only these lines
  --jobs N         how many at once, default 2
  --json FILE      write the results there
  --least PERCENT  default 85
`

const folder = fileURLToPath(new URL('..', import.meta.url))
const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')

const LIMIT_MS = 180_000

const listSources = (only) =>
  readdirSync(path.join(folder, 'src'), { recursive: true })
    .map((name) => path.join(folder, 'src', name))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file.includes(only))
    .sort()

/** `noticed` when a test fails, `late` when none ends in time, or `survived`. */
const runTests = (tests, mutant) =>
  new Promise((resolve) => {
    const args = [vitest, 'run', '--config', 'mutate/vitest.config.mjs']
    const env = { ...process.env, MUTANT_TESTS: tests, ...(mutant && { MUTANT: JSON.stringify(mutant) }) }
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: 'ignore' })
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve(signal ? 'late' : code === 0 ? 'survived' : 'noticed')
    })
  })

const tryMutant = async (mutant) => {
  const fate = await runTests('fast', mutant)
  return fate === 'survived' ? runTests('all', mutant) : fate
}

async function main() {
  const { values } = util.parseArgs({
    options: {
      only: { type: 'string', default: '' },
      lines: { type: 'string', default: '1-100000' },
      jobs: { type: 'string', default: '2' },
      json: { type: 'string' },
      least: { type: 'string', default: '85' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage.trim())
  const [first, last] = values.lines.split('-').map(Number)
  const mutants = listSources(values.only)
    .flatMap((file) => findMutants(readFileSync(file, 'utf8'), file).map((mutant) => ({ file, ...mutant })))
    .filter(({ line }) => line >= first && line <= last)
  if ((await tryMutant()) !== 'survived') throw new Error('The tests fail without any fault. Run: npm run test:unit')

  const startedAt = Date.now()
  const results = []
  const waiting = [...mutants]
  const work = async () => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const result = { ...mutant, file: path.relative(folder, mutant.file), fate: await tryMutant(mutant) }
      results.push(result)
      if (result.fate === 'survived') {
        console.log(`${result.file}:${result.line}  ${result.was.slice(0, 60)}  →  ${result.text.slice(0, 60)}`)
      }
      if (results.length % 50 === 0) {
        const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1)
        console.log(`  ${results.length} of ${mutants.length} after ${minutes} min`)
      }
    }
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, work))

  const survived = results.filter(({ fate }) => fate === 'survived').length
  const score = (100 * (results.length - survived)) / results.length
  console.log(`${results.length} faults, ${survived} not noticed: ${score.toFixed(1)} %`)
  if (values.json) writeFileSync(values.json, JSON.stringify({ score, results }, null, 2))
  if (score < Number(values.least)) process.exitCode = 1
}

await main()
