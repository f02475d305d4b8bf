import * as path from 'node:path'
import { formatMachine, getLoad, getMachine } from '../bench/lib/getMachine.mjs'
import { build } from './build.mjs'
import { ensureBrowsers, ensurePackages } from './ensure.mjs'
import { runClusterLedger, TARGETS } from './ledger/runClusterLedger.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { getUpperBound } from './lib/getUpperBound.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runMain } from './lib/runMain.mjs'
import { writeAtomic } from './lib/writeAtomic.mjs'

const usage = `
Usage: npm run ledger:cluster -- [--kills N] [--rate N] [--json FILE]

Runs a cluster on this machine (three NATS servers, two collectors, two workers, one server that answers profiles) under a
constant load. Kills (SIGKILL) a NATS server, a collector and a worker in turn, at random moments, and starts each again. After
every kill, the ledger of what was acknowledged is compared with the stream, and the counters of every profile with what the
ledger says they have to be. At the end, all profiles are folded anew and compared byte for byte. Ends with 1 when an event
is lost, a profile is wrong, or a replay differs.

  --kills N     how often of each (20)
  --rate N      events a second while it runs (400)
  --events N    events acknowledged before each kill (600)
  --visitors N  (100)
  --json FILE   write the results there (bench/results/ledger-cluster.json)

Ctrl-C ends it after the kill that is under way, with the report of those that were.
`

const parseNumber = (name, text) => {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new Error(`--${name} ${text}: give a whole number from 1 up.`)
}

const percent = (share) => `${(100 * share).toFixed(1)} %`

function writeReport({ results, last, reads, codes, replayed, counts, ledger, nats, seconds }) {
  const lines = TARGETS.map((target) => {
    const list = results.filter((one) => one.target === target)
    const bad = list.filter(({ lost, wrong }, index) => lost > (list[index - 1]?.lost ?? 0) || wrong > 0).length
    const failed = list.reduce((sum, { failedReads }) => sum + failedReads, 0)
    const asked = list.reduce((sum, one) => sum + one.asked, 0)
    const longest = Math.max(0, ...list.map(({ settledMs }) => settledMs))
    return `${target.padEnd(10)} ${bad} of ${list.length} kills lost anything or left a profile wrong (upper 95 % bound ${percent(getUpperBound(bad, list.length))}); ${failed} of ${asked} reads failed; all delivered at most ${Math.round(longest)} ms later`
  })
  const { lost, acknowledged, duplicates } = ledger
  return [
    ...lines,
    '',
    `events     ${lost} of ${acknowledged} acknowledged are lost (upper 95 % bound ${getUpperBound(lost, acknowledged).toExponential(2)}), ${duplicates} are in the stream twice`,
    `profiles   ${last.wrong} have other counters than the ledger says; replay: ${replayed.equal} of ${replayed.visitors} equal byte for byte, ${replayed.different.length} different`,
    `tries      ${counts.unanswered} batches got no answer, ${counts.refused} were refused for the moment; ${counts.dup} events came again`,
    `reads      ${reads.failed} of ${reads.asked} failed (upper 95 % bound ${percent(getUpperBound(reads.failed, reads.asked))}); p50 ${reads.p50?.toFixed(1)} ms, p99 ${reads.p99?.toFixed(1)} ms, longest ${Math.round(reads.longestMs)} ms`,
    `cluster    nats-server ${nats.version}, three servers, ${nats.doesSync ? 'sync_interval: always' : 'which cannot sync before it acknowledges: an event is in the memory of two machines, not on their disks'}; ${Math.round(seconds)} s`,
    `ends       ${codes.map(({ name, code }) => `${name}: ${code}`).join(', ')}`,
  ]
}

runMain(import.meta.url, async () => {
  requireNode()
  const { flags } = parseFlags({
    usage,
    options: {
      kills: { type: 'string', default: '20' },
      rate: { type: 'string', default: '400' },
      events: { type: 'string', default: '600' },
      visitors: { type: 'string', default: '100' },
      json: { type: 'string' },
    },
  })
  const [kills, rate, eventsPerKill, visitors] = ['kills', 'rate', 'events', 'visitors'].map((name) =>
    parseNumber(name, flags[name]),
  )
  await ensurePackages()
  await ensureBrowsers(['nats'])
  await build()
  const before = getLoad()
  let isEnough = false
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (isEnough = true))
  const command = [process.execPath, fromRoot('packages/server/dist/cli.js')]
  const found = await runClusterLedger({
    ...{ command, kills, rate, eventsPerKill, visitors },
    say: console.log,
    isEnough: () => isEnough,
  })
  const report = writeReport(found)
  console.log(`\n${formatMachine(getMachine(), { before, after: getLoad() })}\n\n${report.join('\n')}`)
  const file = path.resolve(flags.json ?? fromRoot('bench/results/ledger-cluster.json'))
  const about = { bench: 'ledger-cluster', at: new Date().toISOString(), machine: getMachine() }
  writeAtomic(file, `${JSON.stringify({ ...about, load: { before, after: getLoad() }, report, ...found }, null, 2)}\n`)
  console.log(`written to ${path.relative(process.cwd(), file)}`)
  const { ledger, last, replayed, codes } = found
  const isBad =
    ledger.lost + ledger.foreign + last.wrong + replayed.different.length > 0 || codes.some(({ code }) => code !== 0)
  if (isBad) process.exitCode = 1
})
