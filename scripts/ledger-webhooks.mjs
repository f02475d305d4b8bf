import * as path from 'node:path'
import { formatMachine, getLoad, getMachine } from '../bench/lib/getMachine.mjs'
import { build } from './build.mjs'
import { ensureBrowsers, ensurePackages } from './ensure.mjs'
import { runWebhookLedger, TARGETS } from './ledger/runWebhookLedger.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { getUpperBound } from './lib/getUpperBound.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runMain } from './lib/runMain.mjs'
import { writeAtomic } from './lib/writeAtomic.mjs'

const usage = `
Usage: npm run ledger:webhooks -- [--kills N] [--rate N] [--json FILE]

Runs a cluster on this machine (three NATS servers, a collector, two workers) whose webhooks tell of everybody who comes into an
audience, at once and ten seconds later. Kills (SIGKILL) a worker and a NATS server in turn, at random moments, and starts each
again, sooner or later. At the end, each visitor whom the collector has acknowledged must have been told of in both ways, each under
one id, signed. Ends with 1 when one was not, or under two.

  --kills N     how often of each (20)
  --rate N      visitors a second while it runs (60)
  --json FILE   write the results there (bench/results/ledger-webhooks.json)

Ctrl-C ends it after the kill that is under way, with the report of those that were.
`

const parseNumber = (name, text) => {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new Error(`--${name} ${text}: give a whole number from 1 up.`)
}

function writeReport({ kills, wanted, acknowledged, lost, doubled, unsigned, received, told, settledMs, codes, nats }) {
  return [
    `kills      ${TARGETS.map((target) => `${kills[target]} of a ${target}`).join(', ')}`,
    `messages   ${lost.length} of ${wanted} about ${acknowledged} visitors are lost (upper 95 % bound ${getUpperBound(lost.length, wanted).toExponential(2)}), ${doubled.length} came under two ids, ${unsigned} were not signed`,
    `receiver   had ${received} requests for ${told} messages; the last one ${Math.round(settledMs)} ms after the load had ended`,
    `cluster    nats-server ${nats.version}, three servers, ${nats.doesSync ? 'sync_interval: always' : 'which cannot sync before it acknowledges'}`,
    `ends       ${codes.map(({ name, code }) => `${name}: ${code}`).join(', ')}`,
  ]
}

runMain(import.meta.url, async () => {
  requireNode()
  const { flags } = parseFlags({
    usage,
    options: {
      kills: { type: 'string', default: '20' },
      rate: { type: 'string', default: '60' },
      json: { type: 'string' },
    },
  })
  const [kills, rate] = ['kills', 'rate'].map((name) => parseNumber(name, flags[name]))
  await ensurePackages()
  await ensureBrowsers(['nats'])
  await build()
  const before = getLoad()
  let isEnough = false
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (isEnough = true))
  const command = [process.execPath, fromRoot('packages/server/dist/cli.js')]
  const found = await runWebhookLedger({ command, kills, rate, say: console.log, isEnough: () => isEnough })
  const report = writeReport(found)
  console.log(`\n${formatMachine(getMachine(), { before, after: getLoad() })}\n\n${report.join('\n')}`)
  const file = path.resolve(flags.json ?? fromRoot('bench/results/ledger-webhooks.json'))
  const about = { bench: 'ledger-webhooks', at: new Date().toISOString(), machine: getMachine() }
  writeAtomic(file, `${JSON.stringify({ ...about, load: { before, after: getLoad() }, report, ...found }, null, 2)}\n`)
  console.log(`written to ${path.relative(process.cwd(), file)}`)
  const isBad =
    found.lost.length + found.doubled.length + found.unsigned > 0 || found.codes.some(({ code }) => code !== 0)
  if (isBad) process.exitCode = 1
})
