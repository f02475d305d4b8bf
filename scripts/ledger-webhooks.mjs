import { describeNats, runLedgerCommand } from './ledger/runLedgerCommand.mjs'
import { runWebhookLedger, TARGETS } from './ledger/runWebhookLedger.mjs'
import { getUpperBound } from './lib/getUpperBound.mjs'
import { runMain } from './lib/runMain.mjs'

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

function writeReport({ kills, wanted, acknowledged, lost, doubled, unsigned, received, told, settledMs, nats }) {
  return [
    `kills      ${TARGETS.map((target) => `${kills[target]} of a ${target}`).join(', ')}`,
    `messages   ${lost.length} of ${wanted} about ${acknowledged} visitors are lost (upper 95 % bound ${getUpperBound(lost.length, wanted).toExponential(2)}), ${doubled.length} came under two ids, ${unsigned} were not signed`,
    `receiver   had ${received} requests for ${told} messages; the last one ${Math.round(settledMs)} ms after the load had ended`,
    `cluster    ${describeNats(nats)}`,
  ]
}

runMain(import.meta.url, () =>
  runLedgerCommand({
    ...{ name: 'ledger-webhooks', usage, writeReport },
    numbers: { kills: 20, rate: 60 },
    run: runWebhookLedger,
    isBad: ({ lost, doubled, unsigned }) => lost.length + doubled.length + unsigned > 0,
  }),
)
