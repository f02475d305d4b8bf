import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startNats } from '../packages/server/test/startNats.mjs'
import { build } from '../scripts/build.mjs'
import { ensureBrowsers } from '../scripts/ensure.mjs'
import { createReaders } from '../scripts/ledger/clusterReaders.mjs'
import { createClusterServer } from '../scripts/ledger/clusterServers.mjs'
import { fromRoot } from '../scripts/lib/fromRoot.mjs'
import { parseNumber } from '../scripts/lib/parseNumber.mjs'
import { EVENTS_IN_BATCH, site } from './collector/traffic.mjs'

const load = fileURLToPath(new URL('./collector/clusterLoad.mjs', import.meta.url))
const DEFAULT_SECONDS = 20
const WARM_UP_SECONDS = 5
const DEFAULT_IN_FLIGHT = 16
const VISITORS = 2_000
const TICKS_PER_SECOND = 100

export const about =
  'A cluster on NATS JetStream, from one collector to three, beside one server with the embedded database'

export const options = { seconds: { type: 'string' }, 'in-flight': { type: 'string' } }

/** `replicas`: on how many NATS servers an event is before it is acknowledged; 0 is the embedded database. */
const ROWS = [
  { name: 'embedded', collectors: 1, replicas: 0 },
  { name: 'one-disk', collectors: 1, replicas: 1 },
  { name: '1-collector', collectors: 1, replicas: 3 },
  { name: '2-collectors', collectors: 2, replicas: 3 },
  { name: '3-collectors', collectors: 3, replicas: 3 },
]

export const help = `Everything runs on this machine: the NATS servers, the collectors, a worker, a server that answers profiles, and the load, which keeps
a number of batches under way at each collector. So it shows where the processor time goes, not what three machines can do.

  embedded      one server with the embedded database
  one-disk      one collector, one NATS server
  N-collectors  N collectors, three NATS servers that each have every event (R3)

  --seconds N    of each row, default ${DEFAULT_SECONDS}, after ${WARM_UP_SECONDS} s of warm-up
  --in-flight N  batches under way at each collector, default ${DEFAULT_IN_FLIGHT}
  --only LIST    of ${ROWS.map(({ name }) => name).join(', ')}
`

/** Processor seconds of a process so far; undefined where the system does not tell. */
function readCpu(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return undefined
  }
}

const sumCpu = (pids) => pids.reduce((sum, pid) => sum + (readCpu(pid) ?? 0), 0)

async function runLoad(task, onSecond) {
  const child = fork(load, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  try {
    return await new Promise((resolve, reject) => {
      child.on('message', ({ second, result }) => (result ? resolve(result) : onSecond(second)))
      child.on('error', reject)
      child.on('exit', (code) => reject(new Error(`The load ended with ${code} before it was through.`)))
      child.send(task)
    })
  } finally {
    child.kill()
  }
}

async function measure({ name, collectors: count, replicas }, { seconds, inFlight, say }) {
  const folder = mkdtempSync(join(tmpdir(), 'unblink-bench-cluster-'))
  const config = join(folder, 'site.json')
  writeFileSync(config, JSON.stringify({ ...site, consent: { personalization: 'granted', analytics: 'granted' } }))
  const command = [process.execPath, fromRoot('packages/server/dist/cli.js')]
  const closing = []
  const start = async (role, index, args) => {
    const server = await createClusterServer({
      name: `${role} ${index + 1}`,
      command,
      args: ['serve', '--config', config, ...args],
    })
    await server.start()
    closing.unshift(() => server.stop())
    return server
  }
  try {
    const nats = replicas > 0 ? await startNats({ count: replicas, folder: join(folder, 'nats') }) : undefined
    if (nats) closing.push(() => nats.stop())
    const toArgs = (role) => ['--nats', nats.url, '--replicas', String(replicas), '--partitions', '8', '--role', role]
    const startAll = (role, number) =>
      Promise.all(Array.from({ length: number }, (_, index) => start(role, index, toArgs(role))))
    const collectors = nats
      ? await startAll('collector', count)
      : [await start('embedded', 0, ['--data', join(folder, 'data')])]
    const [worker] = nats ? await startAll('worker', 1) : []
    const [api] = nats ? await startAll('api', 1) : collectors
    const run = Math.floor(Math.random() * 65_536)
    const readers = createReaders({ url: api.url, run, visitors: VISITORS })
    closing.unshift(() => readers.end())
    const pids = {
      nats: nats?.nodes.map(({ pid }) => pid) ?? [],
      collectors: collectors.map(({ pid }) => pid),
      worker: worker ? [worker.pid] : [],
    }
    const before = Object.fromEntries(Object.entries(pids).map(([part, list]) => [part, sumCpu(list)]))
    let second = 0
    const loaded = await runLoad(
      {
        urls: collectors.map(({ url }) => url),
        run,
        visitors: VISITORS,
        inFlight,
        warmUpSeconds: WARM_UP_SECONDS,
        seconds,
      },
      ({ taken, refused }) => say(`${name} ${String(++second).padStart(3)} s: ${taken} events/s, refused ${refused}`),
    )
    const total = WARM_UP_SECONDS + seconds
    const cores = Object.fromEntries(
      Object.entries(pids).map(([part, list]) => [part, (sumCpu(list) - before[part]) / total]),
    )
    const coreSeconds = Object.values(cores).reduce((sum, one) => sum + one, 0) * total
    const eventsPerCoreSecond = coreSeconds > 0 ? (loaded.batches * EVENTS_IN_BATCH) / coreSeconds : undefined
    const { asked, failed, p50, p99 } = readers.getCounts()
    return {
      name,
      collectors: count,
      replicas,
      ...loaded,
      eventsPerCoreSecond,
      cores,
      reads: { asked, failed, p50, p99 },
      doesSync: nats?.doesSync,
    }
  } finally {
    for (const close of closing) await Promise.resolve(close()).catch((error) => say(String(error)))
    rmSync(folder, { recursive: true, force: true })
  }
}

const format = (value, digits = 1) => (value === undefined ? '' : value.toFixed(digits))

/** See `scripts/bench.mjs` for what a benchmark is given and gives back. */
export async function run({ only, isWanted, flags, say }) {
  const unknown = only.filter((one) => !ROWS.some(({ name }) => name === one))
  if (unknown.length > 0)
    throw new Error(`--only: there is no ${unknown.join(', ')}. There are: ${ROWS.map(({ name }) => name).join(', ')}.`)
  const seconds = parseNumber('seconds', flags.seconds, DEFAULT_SECONDS)
  const inFlight = parseNumber('in-flight', flags['in-flight'], DEFAULT_IN_FLIGHT)
  const { nats } = await ensureBrowsers(['nats'])
  await build()
  const results = []
  for (const row of ROWS.filter(({ name }) => isWanted(name)))
    results.push(await measure(row, { seconds, inFlight, say }))
  const doesSync = results.find((row) => row.doesSync !== undefined)?.doesSync
  return {
    columns: [
      'what',
      '>events/s',
      '>ack p50 ms',
      '>p99',
      '>refused',
      '>profile p50',
      '>p99',
      '>failed',
      '>per core s',
      '>cores nats',
      '>collectors',
      '>worker',
    ],
    rows: results.map(({ name, eventsPerSecond, eventsPerCoreSecond, p50, p99, refused, reads, cores }) => [
      name,
      format(eventsPerSecond, 0),
      ...[p50, p99].map((ms) => format(ms)),
      refused,
      ...[reads.p50, reads.p99].map((ms) => format(ms)),
      reads.failed,
      format(eventsPerCoreSecond, 0),
      ...[cores.nats, cores.collectors, cores.worker].map((share) => format(share, 2)),
    ]),
    notes: [
      `${inFlight} batches under way at each collector; the load and the readers take processor time of the same machine.`,
      'per core s: events for each second of processor time of NATS, collectors and worker together; other work on the machine does not change it.',
      ...(doesSync === undefined
        ? []
        : [
            doesSync
              ? 'NATS syncs before it acknowledges (sync_interval: always).'
              : 'This NATS cannot sync before it acknowledges; the embedded database does.',
          ]),
    ],
    programs: { nats },
    results,
  }
}
