import * as path from 'node:path'
import { formatMachine, getLoad, getMachine } from '../../bench/lib/getMachine.mjs'
import { build } from '../build.mjs'
import { ensureBrowsers, ensurePackages } from '../ensure.mjs'
import { fromRoot } from '../lib/fromRoot.mjs'
import { parseFlags } from '../lib/parseFlags.mjs'
import { parseNumber } from '../lib/parseNumber.mjs'
import { requireNode } from '../lib/requireNode.mjs'
import { writeAtomic } from '../lib/writeAtomic.mjs'

/**
 * What the commands have in common that kill parts of a cluster: reads the flags, builds, runs, prints the report, and writes it to
 * `bench/results/<name>.json` or to `--json`. `numbers` are the flags that are whole numbers, with their defaults; `run` resolves to what
 * was found. Ctrl-C ends it after the kill that is under way. Ends with 1 when `isBad` says so, or a server ended with another code than 0.
 */
export async function runLedgerCommand({ name, usage, numbers, run, writeReport, isBad }) {
  requireNode()
  const strings = Object.fromEntries([...Object.keys(numbers), 'json'].map((flag) => [flag, { type: 'string' }]))
  const { flags } = parseFlags({ usage, options: strings })
  const plan = Object.fromEntries(
    Object.entries(numbers).map(([flag, otherwise]) => [flag, parseNumber(flag, flags[flag], otherwise)]),
  )
  await ensurePackages()
  await ensureBrowsers(['nats'])
  await build()
  const before = getLoad()
  let isEnough = false
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (isEnough = true))
  const command = [process.execPath, fromRoot('packages/server/dist/cli.js')]
  const found = await run({ ...plan, command, say: console.log, isEnough: () => isEnough })
  const report = [
    ...writeReport(found),
    `ends       ${found.codes.map((one) => `${one.name}: ${one.code}`).join(', ')}`,
  ]
  const after = getLoad()
  console.log(`\n${formatMachine(getMachine(), { before, after })}\n\n${report.join('\n')}`)
  const file = path.resolve(flags.json ?? fromRoot(`bench/results/${name}.json`))
  const about = { bench: name, at: new Date().toISOString(), machine: getMachine() }
  writeAtomic(file, `${JSON.stringify({ ...about, load: { before, after }, report, ...found }, null, 2)}\n`)
  console.log(`written to ${path.relative(process.cwd(), file)}`)
  if (isBad(found) || found.codes.some(({ code }) => code !== 0)) process.exitCode = 1
}

/** How a report says on what it ran. */
export const describeNats = ({ version, doesSync }) =>
  `nats-server ${version}, three servers, ${doesSync ? 'sync_interval: always' : 'which cannot sync before it acknowledges: an event is in the memory of two machines, not on their disks'}`
