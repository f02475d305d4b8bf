import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from '../scripts/build.mjs'
import { findRecovery } from './collector/findRecovery.mjs'
import { runLoad } from './collector/runLoad.mjs'
import { makeFolder, startBare, startCollector, stopProcess } from './collector/startProcess.mjs'
import { EVENTS_IN_BATCH } from './collector/traffic.mjs'
import { parseNumber } from '../scripts/lib/parseNumber.mjs'

const DEFAULT_SECONDS = 30
const DEFAULT_RATE = 2_000
const WARM_UP_SECONDS = 5
const OVERLOAD = 10
const OVERLOAD_SECONDS = 10
const AFTER_SECONDS = 15
const DRAIN_SECONDS = 300
const SOCKETS = 2_048
const VISITORS = 5_000
const MIB = 1024 * 1024
const ROWS = ['steady', 'bare', 'overload']

/** What the collector has to hold, on two cores that it shares with the load. */
const BARS = { ackP99Ms: 50, overloadP99Ms: 250, recoverySeconds: 5, rssMib: 512 }

export const about = 'The collector under a constant arrival rate, with full sync, and under ten times as much'

export const options = {
  seconds: { type: 'string' },
  rate: { type: 'string' },
  'cpu-prof': { type: 'string' },
}

export const help = `The load is a process of its own, on the same machine. Batches of ${EVENTS_IN_BATCH} events leave at a constant rate, whatever comes
back, and an answer's time counts from when its batch should have left.

  steady    the collector as it is shipped
  bare      a plain node:http handler that parses the same bytes and syncs them to a file, many at once
  overload  ${OVERLOAD} times the rate for ${OVERLOAD_SECONDS} s; refused batches come again when the answer says

  --seconds N     of steady and bare, default ${DEFAULT_SECONDS}
  --rate N        events a second, default ${DEFAULT_RATE}
  --only LIST     of ${ROWS.join(', ')}
  --cpu-prof DIR  leave profiles of the collector's processor time there
`

const format = (value, digits = 1) => (value === undefined ? '' : value.toFixed(digits))

/** One line a second on a terminal or in a log: what was taken, what refused, and how long it took. */
const createProgress = (name, say) => {
  let seconds = 0
  return ({ taken, refused, p99, open, waiting }) => {
    const refusals = refused > 0 || waiting > 0 ? `, refused ${refused}, to come again ${waiting}` : ''
    say(
      `${name} ${String(++seconds).padStart(3)} s: ${taken * EVENTS_IN_BATCH} events/s, p99 ${format(p99)} ms, open ${open}${refusals}`,
    )
  }
}

async function measure({ name, start, phases, drainSeconds, check, say }) {
  const folder = makeFolder()
  try {
    const server = await start(folder)
    const run = Math.floor(Math.random() * 65_536)
    const task = { url: server.url, run, visitors: VISITORS, sockets: SOCKETS, first: 0, phases, drainSeconds }
    let loaded
    try {
      loaded = await runLoad(task, createProgress(name, say))
    } finally {
      const { code } = await stopProcess(server)
      if (code !== 0) say(`${name}: the server ended with ${code}: ${server.readError()}`)
    }
    return { ...loaded, ...(await check?.(folder)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What is on disk, read by somebody else than the collector. */
async function countStored(folder) {
  const { default: Database } = await import('libsql')
  const database = new Database(join(folder, 'unblink.db'))
  const { events, ids } = database.prepare('SELECT count(*) AS events, count(DISTINCT id) AS ids FROM events').get()
  database.close()
  return { inDatabase: events, idsInDatabase: ids }
}

function summarise({ name, loaded, phase: phaseName, until }) {
  const phase = loaded.phases.find((one) => one.name === phaseName)
  const cpuSeconds = loaded.usage[until].cpuSeconds - loaded.usage[phaseName].cpuSeconds
  const events = phase.stored + phase.dup || undefined
  return {
    name,
    offeredPerSecond: undefined,
    acceptedPerSecond: (phase.taken * EVENTS_IN_BATCH) / phase.seconds,
    p50: phase.p50,
    p99: phase.p99,
    p999: phase.p999,
    max: phase.max,
    refused: phase.refused,
    senderLagP99: phase.senderLagP99,
    cpuMicrosPerEvent: events && (cpuSeconds * 1e6) / events,
    maxRssMib: loaded.maxRssBytes / MIB,
    batches: loaded.batches,
    undelivered: loaded.undelivered,
    inDatabase: loaded.inDatabase,
    idsInDatabase: loaded.idsInDatabase,
  }
}

const warmUp = (rate) => ({ name: 'warm-up', seconds: WARM_UP_SECONDS, eventsPerSecond: rate })

async function measureSteady({ name, start, rate, seconds, check, say }) {
  const phases = [warmUp(rate), { name, seconds, eventsPerSecond: rate }]
  const loaded = await measure({ name, start, phases, drainSeconds: 30, check, say })
  return { ...summarise({ name, loaded, phase: name, until: 'drain' }), offeredPerSecond: rate }
}

async function measureOverload({ start, rate, check, say }) {
  const phases = [
    warmUp(rate),
    { name: 'before', seconds: WARM_UP_SECONDS, eventsPerSecond: rate },
    { name: 'overload', seconds: OVERLOAD_SECONDS, eventsPerSecond: rate * OVERLOAD },
    { name: 'after', seconds: AFTER_SECONDS, eventsPerSecond: rate },
  ]
  const loaded = await measure({ name: 'overload', start, phases, drainSeconds: DRAIN_SECONDS, check, say })
  const [, before, overload, after] = loaded.phases
  const endsAt = Math.ceil(overload.startedAt + overload.seconds)
  const maxMs = Math.max(BARS.ackP99Ms, 2 * before.p99)
  const refusedTries = [overload, after].reduce(
    (sum, { refused }) => sum + Object.values(refused).reduce((a, b) => a + b, 0),
    0,
  )
  return {
    ...summarise({ name: 'overload', loaded, phase: 'overload', until: 'after' }),
    offeredPerSecond: rate * OVERLOAD,
    beforeP99: before.p99,
    recoverySeconds: findRecovery(loaded.windows, endsAt, maxMs),
    recoveredBelowMs: maxMs,
    refusedTries,
    deliveredLater: overload.again + after.again,
    deliveredAfterSeconds: Math.max(overload.totalMs, after.totalMs) / 1_000,
    perSecond: loaded.windows,
  }
}

const judge = (isMet) => (isMet ? 'met' : 'NOT met')

function writeNotes(results) {
  const notes = [
    'ms: from when a batch should have left until its acknowledgement; µs: processor time of the server for each event.',
  ]
  const [steady, overload] = ['steady', 'overload'].map((name) => results.find((row) => row.name === name))
  if (steady) {
    notes.push(
      `steady: p99 ≤ ${BARS.ackP99Ms} ms ${judge(steady.p99 <= BARS.ackP99Ms)}, memory ≤ ${BARS.rssMib} MiB ${judge(steady.maxRssMib <= BARS.rssMib)}; ${steady.batches * EVENTS_IN_BATCH} events sent, ${steady.inDatabase} on disk, ${steady.undelivered} batches undelivered`,
    )
  }
  if (overload) {
    notes.push(
      `overload: p99 of what is taken ≤ ${BARS.overloadP99Ms} ms ${judge(overload.p99 <= BARS.overloadP99Ms)}, back to ≤ ${format(overload.recoveredBelowMs, 0)} ms after ${overload.recoverySeconds ?? '?'} s (≤ ${BARS.recoverySeconds} s ${judge(overload.recoverySeconds <= BARS.recoverySeconds)})`,
      `overload: ${overload.refusedTries} tries refused, ${overload.deliveredLater} batches delivered by a later try, the last after ${format(overload.deliveredAfterSeconds, 0)} s; ${overload.batches * EVENTS_IN_BATCH} events sent, ${overload.inDatabase} on disk, ${overload.undelivered} batches undelivered`,
    )
  }
  return notes
}

/** See `scripts/bench.mjs` for what a benchmark is given and gives back. */
export async function run({ only, isWanted, flags, say }) {
  const unknown = only.filter((name) => !ROWS.includes(name))
  if (unknown.length > 0) throw new Error(`--only: there is no ${unknown.join(', ')}. There are: ${ROWS.join(', ')}.`)
  const seconds = parseNumber('seconds', flags.seconds, DEFAULT_SECONDS)
  const rate = parseNumber('rate', flags.rate, DEFAULT_RATE)
  await build()
  const nodeArgs = flags['cpu-prof'] ? ['--cpu-prof', `--cpu-prof-dir=${flags['cpu-prof']}`] : []
  const start = (folder) => startCollector(folder, { nodeArgs })
  const measurements = {
    steady: () => measureSteady({ name: 'steady', start, rate, seconds, check: countStored, say }),
    bare: () => measureSteady({ name: 'bare', start: startBare, rate, seconds, say }),
    overload: () => measureOverload({ start, rate, check: countStored, say }),
  }
  const results = []
  for (const name of ROWS.filter(isWanted)) results.push(await measurements[name]())
  return {
    columns: ['what', '>offered/s', '>taken/s', '>p50 ms', '>p99', '>p99.9', '>max', '>µs each', '>MiB', '>sender p99'],
    rows: results.map((row) => [
      row.name,
      row.offeredPerSecond,
      format(row.acceptedPerSecond, 0),
      format(row.p50),
      format(row.p99),
      format(row.p999),
      format(row.max),
      format(row.cpuMicrosPerEvent),
      format(row.maxRssMib, 0),
      format(row.senderLagP99),
    ]),
    notes: writeNotes(results),
    bars: BARS,
    results,
  }
}
