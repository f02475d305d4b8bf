import { rmSync } from 'node:fs'
import * as path from 'node:path'
import { createClient } from '../bench/collector/createClient.mjs'
import { createLedger } from '../bench/collector/createLedger.mjs'
import { makeFolder, startCollector, stopProcess } from '../bench/collector/startProcess.mjs'
import { EVENTS_IN_BATCH, makeBatch, readId } from '../bench/collector/traffic.mjs'
import { formatMachine, getLoad, getMachine } from '../bench/lib/getMachine.mjs'
import { build } from './build.mjs'
import { ensurePackages } from './ensure.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { getUpperBound } from './lib/getUpperBound.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { parseNumber } from './lib/parseNumber.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runMain } from './lib/runMain.mjs'
import { writeAtomic } from './lib/writeAtomic.mjs'

const usage = `
Usage: npm run ledger:collector -- [--kills N] [--events N] [--rate N] [--json FILE]

Loads the collector at a constant rate, kills it (SIGKILL) at a random moment, starts it again on the same database, and
goes on. The senders keep a ledger of what was acknowledged; it is compared with the database after every kill. Ends with 1
when an acknowledged event is missing or an event is there twice.

  --kills N    how often (100)
  --events N   acknowledged events over the whole run, at least (1000000)
  --rate N     events a second while it runs (3000)
  --json FILE  write the results there (bench/results/ledger-collector.json)

Ctrl-C ends it after the kill that is under way, with the report of those that were.
`

const SOCKETS = 64
const VISITORS = 2_000
const TICK_MS = 2
/** The kill comes so long after the share of events is reached: at a moment that has nothing to do with the commits. */
const MAX_EXTRA_MS = 700
/** A page that gets no answer waits before it tries again; here it shall be soon. */
const RETRY_MS = 200
const SLICE = 5_000
const DEADLINE_MS = 120_000
/** Who was refused may be told to come back in two minutes. */
const DRAIN_MS = 300_000

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Sends at a constant rate for as long as it is told; what gets no acknowledgement is kept, and sent again with the same ids. */
function createSender({ run, rate, ledger }) {
  const everyMs = (1_000 * EVENTS_IN_BATCH) / rate
  const kept = []
  const counts = { acknowledged: 0, unanswered: 0, refused: 0, dup: 0 }
  let next = 0
  let open = 0
  let client

  const send = async ({ n, dueAt }) => {
    open++
    const { status, ok, dup, waitMs } = await client.send(makeBatch({ run, n, visitors: VISITORS, now: Date.now() }))
    open--
    if (status === 200 && ok + dup === EVENTS_IN_BATCH) {
      for (let index = 0; index < EVENTS_IN_BATCH; index++) ledger.acknowledge(n * EVENTS_IN_BATCH + index)
      counts.acknowledged += EVENTS_IN_BATCH
      counts.dup += dup
      return
    }
    if (status === 0) counts.unanswered++
    else counts.refused++
    kept.push({ n, dueAt: Math.max(dueAt, performance.now() + (status === 0 ? RETRY_MS : waitMs)) })
  }

  const sendKept = (now) => {
    const due = kept.filter(({ dueAt }) => dueAt <= now)
    for (const batch of due) {
      kept.splice(kept.indexOf(batch), 1)
      void send(batch)
    }
  }

  return {
    counts,
    isIdle: () => open === 0 && kept.length === 0,
    /** Sends until `isWanted` says no; with `isNew` false, only what is kept. */
    async run(url, isWanted, isNew = true) {
      client = createClient({ url, sockets: SOCKETS })
      const startedAt = performance.now()
      for (let sent = 0; isWanted(); await wait(TICK_MS)) {
        const now = performance.now()
        sendKept(now)
        for (; isNew && startedAt + sent * everyMs <= now && open < 1_000; sent++) void send({ n: next++, dueAt: now })
      }
      return open
    },
    /** After a kill: every open request fails by itself. */
    async settle() {
      while (open > 0) await wait(TICK_MS)
      client.close()
    },
  }
}

/** Reads the rows that came since the last time, as another process than the collector. */
async function createReader(folder, run, ledger) {
  const { default: Database } = await import('libsql')
  let position = 0
  return async () => {
    const database = new Database(path.join(folder, 'unblink.db'))
    const select = database.prepare('SELECT position, id FROM events WHERE position > ? ORDER BY position LIMIT ?')
    for (let rows; (rows = select.all(position, SLICE)).length > 0; await wait(0)) {
      for (const row of rows) ledger.find(readId(run, row.id))
      position = rows.at(-1).position
    }
    const [verdict] = database.prepare('PRAGMA quick_check').all()
    database.close()
    return verdict.quick_check
  }
}

async function killOnce({ folder, sender, target, readRows, ledger }) {
  const startedAt = performance.now()
  const collector = await startCollector(folder)
  let isWanted = true
  // Also when something fails before: a collector that goes on, and a sender that does, would keep this command for ever.
  const end = () => {
    collector.child.kill('SIGKILL')
    isWanted = false
  }
  const startMs = performance.now() - startedAt
  let inFlight
  let ranMs
  let integrity
  let found
  try {
    integrity = await readRows()
    found = ledger.getState()
    const sending = sender.run(collector.url, () => isWanted)
    const failsAt = performance.now() + DEADLINE_MS
    while (sender.counts.acknowledged < target && performance.now() < failsAt) await wait(5)
    if (sender.counts.acknowledged < target)
      throw new Error(`Too little was acknowledged in ${DEADLINE_MS / 1_000} s: ${collector.readError()}`)
    ranMs = performance.now() - startedAt - startMs
    await wait(Math.random() * MAX_EXTRA_MS)
    end()
    inFlight = await sending
  } finally {
    end()
  }
  await Promise.all([collector.ended, sender.settle()])
  return { startMs, ranMs, inFlight, integrity, ...found }
}

runMain(import.meta.url, async () => {
  requireNode()
  const { flags } = parseFlags({
    usage,
    options: {
      kills: { type: 'string', default: '100' },
      events: { type: 'string', default: '1000000' },
      rate: { type: 'string', default: '3000' },
      json: { type: 'string' },
    },
  })
  const [kills, events, rate] = ['kills', 'events', 'rate'].map((name) => parseNumber(name, flags[name]))
  await ensurePackages()
  await build()
  const before = getLoad()
  const folder = makeFolder()
  const run = Math.floor(Math.random() * 65_536)
  const ledger = createLedger()
  const sender = createSender({ run, rate, ledger })
  const readRows = await createReader(folder, run, ledger)
  const results = []
  let isEnough = false
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (isEnough = true))
  try {
    for (let kill = 1; kill <= kills && !isEnough; kill++) {
      const target = Math.ceil((events * kill) / kills)
      const result = await killOnce({ folder, sender, target, readRows, ledger })
      results.push(result)
      console.log(
        `kill ${kill} of ${kills}: ${sender.counts.acknowledged} acknowledged, ${result.inFlight} batches under way, started in ${Math.round(result.startMs)} ms; before it: lost ${result.lost}, twice ${result.duplicates}`,
      )
    }
    const last = await startCollector(folder)
    const endsAt = performance.now() + DRAIN_MS
    let code
    try {
      await sender.run(last.url, () => !sender.isIdle() && performance.now() < endsAt, false)
      await sender.settle()
    } finally {
      code = (await stopProcess(last)).code
    }
    const integrity = await readRows()
    const { acknowledged, stored, lost, duplicates, unasked, foreign } = ledger.getState()
    const lossyKills = results
      .slice(1)
      .concat({ lost })
      .filter((one, index) => one.lost > (results[index]?.lost ?? 0)).length
    const report = {
      kills: results.length,
      asked: kills,
      rate,
      acknowledged,
      stored,
      lost,
      duplicates,
      unasked,
      foreign,
      lossyKills,
      integrity,
      ...sender.counts,
    }
    const startMs = results.map((one) => one.startMs).sort((a, b) => a - b)
    const lines = [
      formatMachine(getMachine(), { before, after: getLoad() }),
      '',
      `kills             ${lossyKills} of ${results.length} lost an acknowledged event (upper 95 % bound ${(100 * getUpperBound(lossyKills, results.length)).toFixed(2)} %)`,
      `events            ${lost} of ${acknowledged} acknowledged are lost (upper 95 % bound ${getUpperBound(lost, acknowledged).toExponential(2)}), ${duplicates} twice`,
      `after kills       ${sender.counts.unanswered} batches got no answer, ${sender.counts.dup} of their events had been stored`,
      `refused           ${sender.counts.refused} tries`,
      `start             median ${Math.round(startMs[startMs.length >> 1])} ms, longest ${Math.round(startMs.at(-1))} ms`,
      `database          ${stored} events, ${unasked} not acknowledged, quick_check ${integrity}; the last stop ended with ${code}`,
    ]
    console.log(`\n${lines.join('\n')}`)
    const file = path.resolve(flags.json ?? fromRoot('bench/results/ledger-collector.json'))
    writeAtomic(
      file,
      `${JSON.stringify({ bench: 'ledger-collector', at: new Date().toISOString(), machine: getMachine(), load: { before, after: getLoad() }, report, kills: results }, null, 2)}\n`,
    )
    console.log(`written to ${path.relative(process.cwd(), file)}`)
    if (lost + duplicates + unasked + foreign > 0 || integrity !== 'ok' || code !== 0) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
