import { runClusterLedger, TARGETS } from './ledger/runClusterLedger.mjs'
import { describeNats, runLedgerCommand } from './ledger/runLedgerCommand.mjs'
import { getUpperBound } from './lib/getUpperBound.mjs'
import { runMain } from './lib/runMain.mjs'

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

const percent = (share) => `${(100 * share).toFixed(1)} %`

function writeReport({ results, last, reads, replayed, counts, ledger, nats, seconds }) {
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
    `cluster    ${describeNats(nats)}; ${Math.round(seconds)} s`,
  ]
}

runMain(import.meta.url, () =>
  runLedgerCommand({
    ...{ name: 'ledger-cluster', usage, writeReport },
    numbers: { kills: 20, rate: 400, events: 600, visitors: 100 },
    run: ({ events, ...plan }) => runClusterLedger({ ...plan, eventsPerKill: events }),
    isBad: ({ ledger, last, replayed }) => ledger.lost + ledger.foreign + last.wrong + replayed.different.length > 0,
  }),
)
