import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from '../scripts/build.mjs'
import { ensureBrowsers } from '../scripts/ensure.mjs'
import { runLoad } from './collector/runLoad.mjs'
import { createCluster, createSingle } from './profile/systems.mjs'
import { RUN } from './profile/visitors.mjs'
import { parseNumber } from '../scripts/lib/parseNumber.mjs'

const SIZES = [10_000, 100_000, 1_000_000]
const DEFAULT_SECONDS = 30
const DEFAULT_RATE = 100
const DEFAULT_EVENTS = 1_000
/** Eight processes on the same cores write each event and each profile three times. */
const DEFAULT_CLUSTER_EVENTS = 200
const WARM_UP_SECONDS = 5
const MIB = 1024 * 1024

/** Beside the load, with a million profiles, on two cores that all three processes share. */
const BARS = { p99Ms: 10 }

export const about =
  'The profile API beside the collector at work, from ten thousand to a million profiles: one process, or a cluster'

export const options = {
  profiles: { type: 'string' },
  seconds: { type: 'string' },
  rate: { type: 'string' },
  events: { type: 'string' },
  cluster: { type: 'boolean' },
}

export const help = `Profiles are put into the database first, folded from events like those of the load. Then the server, as it is shipped, answers
requests for the decisions of visitors at a constant rate, each of another visitor, while it stores events of the same visitors.
A time counts from when its request should have left.

  --cluster     three NATS servers, a collector, a worker and a server that answers profiles, all on this machine; take
                --json FILE with it, or its figures replace those of one process
  --profiles N  this many profiles only (default: ${SIZES.join(', ')}, one after the other in one database)
  --seconds N   of each, after ${WARM_UP_SECONDS} s; default ${DEFAULT_SECONDS}
  --rate N      profile requests a second, default ${DEFAULT_RATE}
  --events N    events a second beside them, default ${DEFAULT_EVENTS}, ${DEFAULT_CLUSTER_EVENTS} with --cluster; 0 for none
`

const format = (value, digits = 1) => (value === undefined ? '' : value.toFixed(digits))

/** Asks from a process of its own; see profile/ask.mjs for the task and the result. */
async function ask(task, onSecond) {
  const child = fork(fileURLToPath(new URL('./profile/ask.mjs', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  try {
    return await new Promise((resolve, reject) => {
      child.on('message', ({ second, result }) => {
        if (second) onSecond(second)
        if (result) resolve(result)
      })
      child.on('error', reject)
      child.on('exit', (code) => reject(new Error(`What asks for profiles ended with ${code} before it was through.`)))
      child.send(task)
    })
  } finally {
    child.kill()
  }
}

async function measure({ system, profiles, seconds, rate, events, say }) {
  const { collector, api, close } = await system.open()
  try {
    const total = WARM_UP_SECONDS + seconds
    const phases = [{ name: 'load', seconds: total + 1, eventsPerSecond: events }]
    const load = { url: collector, run: RUN, visitors: profiles, sockets: 256, first: 0, phases, drainSeconds: 30 }
    // Batches of another size have the ids of an earlier one, and would be duplicates.
    const loaded = events > 0 ? runLoad({ ...load, first: profiles * 10 }) : Promise.resolve(undefined)
    const task = { url: api, visitors: profiles, perSecond: rate }
    await ask({ ...task, seconds: WARM_UP_SECONDS }, () => {})
    let second = 0
    const asked = await ask({ ...task, seconds }, ({ asked: count, p99, failed }) =>
      say(
        `${profiles} profiles, ${String(++second).padStart(3)} s: ${count} answers, p99 ${format(p99)} ms${failed ? `, ${failed} failed` : ''}`,
      ),
    )
    return { asked, loaded: await loaded }
  } finally {
    await close()
  }
}

function writeNotes(results, isCluster) {
  const largest = results.at(-1)
  return [
    'ms: from when a request should have left until its whole answer is here.',
    ...(isCluster
      ? ['A cluster of three NATS servers on this one machine. db MiB: on each of them. MiB: of the collector.']
      : []),
    `${largest.profiles} profiles: p99 ≤ ${BARS.p99Ms} ms ${largest.p99 <= BARS.p99Ms ? 'met' : 'NOT met'}; ${largest.failed} of ${largest.asked} requests failed, ${largest.undelivered ?? 0} batches undelivered`,
  ]
}

/** See `scripts/bench.mjs` for what a benchmark is given and gives back. */
export async function run({ flags, say }) {
  const sizes = flags.profiles === undefined ? SIZES : [parseNumber('profiles', flags.profiles)]
  const seconds = parseNumber('seconds', flags.seconds, DEFAULT_SECONDS)
  const rate = parseNumber('rate', flags.rate, DEFAULT_RATE)
  const isCluster = flags.cluster === true
  const events = parseNumber('events', flags.events, isCluster ? DEFAULT_CLUSTER_EVENTS : DEFAULT_EVENTS, 0)
  const programs = isCluster ? await ensureBrowsers(['nats']) : {}
  await build()
  const system = await (isCluster ? createCluster : createSingle)(say)
  const results = []
  try {
    let from = 0
    for (const profiles of sizes) {
      let told = 0
      const bytes = await system.fill({
        from,
        to: profiles,
        onProgress(count) {
          const percent = Math.floor((100 * (count - from)) / (profiles - from))
          if (percent < told + 10) return
          told = percent
          say(`putting in ${profiles} profiles: ${percent} %`)
        },
      })
      from = profiles
      const { asked, loaded } = await measure({ system, profiles, seconds, rate, events, say })
      const load = loaded?.phases[0]
      results.push({
        profiles,
        ...asked,
        databaseMib: bytes / MIB,
        eventsPerSecond: load ? (load.stored + load.dup) / load.seconds : 0,
        ackP99: load?.p99,
        maxRssMib: loaded ? loaded.maxRssBytes / MIB : undefined,
        undelivered: loaded?.undelivered,
      })
    }
  } finally {
    await system.end()
  }
  return {
    columns: ['profiles', '>asked', '>p50 ms', '>p99', '>p99.9', '>max', '>events/s', '>ack p99', '>db MiB', '>MiB'],
    rows: results.map((row) => [
      String(row.profiles),
      String(row.asked),
      format(row.p50),
      format(row.p99),
      format(row.p999),
      format(row.max),
      format(row.eventsPerSecond, 0),
      format(row.ackP99),
      format(row.databaseMib, 0),
      format(row.maxRssMib, 0),
    ]),
    notes: writeNotes(results, isCluster),
    programs,
    bars: BARS,
    results,
  }
}
