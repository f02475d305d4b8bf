import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { build } from './build.mjs'
import { checkApi } from './checks/checkApi.mjs'
import { checkHygiene } from './checks/checkHygiene.mjs'
import { checkLock } from './checks/checkLock.mjs'
import { checkManifests } from './checks/checkManifests.mjs'
import { checkPackages } from './checks/checkPackages.mjs'
import { checkSizes } from './checks/checkSizes.mjs'
import { checkTypes } from './checks/checkTypes.mjs'
import { ensurePackages } from './ensure.mjs'
import { formatTable } from './lib/formatTable.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { getBin } from './lib/getBin.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { captureCommand } from './lib/runCommand.mjs'
import { runMain } from './lib/runMain.mjs'

/** Runs a tool; its output is the problem when it fails. */
async function runTool(packageName, command, args, fix) {
  const { code, output } = await captureCommand(process.execPath, [getBin(packageName, command), ...args])
  return code === 0 ? { note: output.split('\n').at(-1) } : { problem: output || `exit code ${code}`, fix }
}

async function checkBuild() {
  try {
    await build({ say: () => {} })
    return {}
  } catch (error) {
    return { problem: error.message, fix: 'Correct what it names, then run: npm run build' }
  }
}

const checkFormat = () =>
  runTool(
    'prettier',
    'prettier',
    ['--check', '--cache', '--cache-location', '.cache/prettier', '.'],
    'Run: npm run format',
  )

const checkLint = () =>
  runTool(
    'eslint',
    'eslint',
    [
      '--config',
      'scripts/eslint.config.mjs',
      '--cache',
      '--cache-location',
      '.cache/eslint',
      '--cache-strategy',
      'content',
      '.',
    ],
    'Correct what it names; some of it mends itself: npx eslint --config scripts/eslint.config.mjs --fix .',
  )

const checkBoundaries = () => {
  const folders = ['packages', 'examples', 'e2e'].filter((folder) => existsSync(fromRoot(folder)))
  return runTool(
    'dependency-cruiser',
    'depcruise',
    ['--config', 'scripts/depcruise.config.cjs', '--output-type', 'err-long', ...folders],
    'Move the code to the layer it belongs to; the rules and their reasons are in scripts/depcruise.config.cjs.',
  )
}

/** In this order: the build first, because sizes are measured on what it leaves. */
const checks = {
  build: { what: 'tsc -b and the bundles', run: checkBuild },
  format: { what: 'prettier', run: checkFormat },
  lint: { what: 'eslint with types, and the words of the glossary', run: checkLint },
  types: { what: 'unit tests and e2e', run: checkTypes },
  boundaries: { what: 'layers and cycles', run: checkBoundaries },
  manifests: { what: 'versions and references of the workspaces', run: checkManifests },
  lock: { what: 'package-lock.json', run: checkLock },
  sizes: { what: 'what ships, beside its budget and the README', run: checkSizes },
  packages: { what: 'each package as it is packed: publint, are-the-types-wrong, its imports', run: checkPackages },
  api: { what: 'what packages show, beside docs/api', run: checkApi },
  hygiene: { what: 'nothing of one machine', run: checkHygiene },
}

const usage = `
Usage: npm run check [-- NAME...] [-- --json FILE]

Everything that can be said of the code without running it, as a table with times; below it, what is wrong and what to
do. Without names, all of:

${Object.entries(checks)
  .map(([name, { what }]) => `  ${name.padEnd(12)}${what}`)
  .join('\n')}

  --json FILE   also write the results there
`

async function runCheck(name) {
  const startedAt = Date.now()
  let result
  try {
    result = await checks[name].run()
  } catch (error) {
    result = { problem: error.message, fix: 'The check itself could not run.' }
  }
  return { name, ok: !result.problem, ms: Date.now() - startedAt, ...result }
}

async function runChecks(names) {
  const results = []
  const waiting = [...names]
  if (waiting[0] === 'build') results.push(await runCheck(waiting.shift()))
  // Two at a time: the smallest machine this runs on has two cores.
  const work = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) results.push(await runCheck(name))
  }
  await Promise.all([work(), work()])
  return results.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name))
}

function print(results) {
  const rows = results.map(({ name, ok, ms, note = '' }) => [
    name,
    ok ? 'ok' : 'FAILED',
    `${(ms / 1_000).toFixed(1)} s`,
    ok ? note.slice(0, 90) : '',
  ])
  console.log(formatTable(['check', 'result', '>time', ''], rows))
  for (const { name, problem, fix } of results.filter(({ ok }) => !ok)) {
    console.log(`\n--- ${name}\n${problem}\n=> ${fix}`)
  }
}

runMain(import.meta.url, async () => {
  const options = { json: { type: 'string' } }
  const { flags, positionals } = parseFlags({ usage, options, positionals: true })
  requireNode('20.19', 'The linter')
  const unknown = positionals.filter((name) => !(name in checks))
  if (unknown.length > 0)
    throw new Error(`No such check: ${unknown.join(', ')}. There are: ${Object.keys(checks).join(', ')}.`)
  await ensurePackages()
  const results = await runChecks(
    Object.keys(checks).filter((name) => positionals.length === 0 || positionals.includes(name)),
  )
  print(results)
  if (flags.json) {
    mkdirSync(path.dirname(path.resolve(flags.json)), { recursive: true })
    writeFileSync(flags.json, JSON.stringify({ checks: results }, null, 2))
  }
  if (results.some(({ ok }) => !ok)) process.exitCode = 1
})
