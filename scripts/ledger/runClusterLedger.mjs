import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLedger } from '../../bench/collector/createLedger.mjs'
import { EVENTS_IN_BATCH, makeBatch, site } from '../../bench/collector/traffic.mjs'
import { startNats } from '../../packages/server/test/startNats.mjs'
import { createClusterSender } from './clusterSender.mjs'
import { createClusterServer } from './clusterServers.mjs'
import { captureCommand } from '../lib/runCommand.mjs'
import { createReaders } from './clusterReaders.mjs'
import { openClusterState } from './clusterState.mjs'

export const TARGETS = ['node', 'collector', 'worker']

const PARTITIONS = '8'
/** A dead one stays away for a moment that has nothing to do with what the others do. */
const MIN_DOWN_MS = 300
const MAX_DOWN_MS = 2_000
/** The kill comes so long after enough was acknowledged. */
const MAX_EXTRA_MS = 500
const SETTLE_MS = 90_000
/** How late the workers may be, all together. */
const FOLD_MS = 30_000
const WHOLE_MS = 90_000
/** A conversion instead of an interaction in every so many batches: see traffic.mjs. */
const CONVERSION_EVERY = 20

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function waitUntil(what, ms, isTrue) {
  const endsAt = performance.now() + ms
  while (!(await isTrue())) {
    if (performance.now() > endsAt) throw new Error(`${what} did not come true in ${ms / 1_000} s.`)
    await wait(100)
  }
}

/** What a visitor's counters have to be, from what was sent and nothing else. */
function getExpected({ visitor, visitors, batches }) {
  const mine = Array.from({ length: batches }, (_, n) => n).filter((n) => n % visitors === visitor)
  return {
    generation: mine.length * EVENTS_IN_BATCH,
    views: mine.length,
    conversions: mine.filter((n) => n % CONVERSION_EVERY === 0).length,
  }
}

const readCounters = (kept) => ({
  generation: kept?.profile?.generation ?? 0,
  views: kept?.profile?.views.count ?? 0,
  conversions: kept?.profile?.conversions.apply?.count ?? 0,
})

/** How many visitors have other counters than they should. Waits for the workers, but only for those that are behind. */
async function countWrong({ state, run, visitors, batches }) {
  const endsAt = performance.now() + FOLD_MS
  let wrong = 0
  for (let visitor = 0; visitor < visitors; visitor++) {
    const expected = getExpected({ visitor, visitors, batches })
    const id = makeBatch({ run, n: visitor, visitors, now: 0 }).cookie.slice('ub_v='.length)
    for (;;) {
      const found = readCounters(await state.readProfile(id))
      const isBehind = found.generation < expected.generation && performance.now() < endsAt
      if (!isBehind && JSON.stringify(found) !== JSON.stringify(expected)) wrong++
      if (!isBehind) break
      await wait(100)
    }
  }
  return wrong
}

/**
 * Runs a cluster of three NATS servers, collectors, workers and one that answers profiles, under a constant load; kills one of
 * them at a random moment, as often as `kills` says of each, starts it again, and compares what was acknowledged with what is
 * there. `command` runs `unblink`. Resolves to what was seen; ends early when `isEnough` says so.
 */
export async function runClusterLedger({
  command,
  env = {},
  kills,
  rate,
  visitors,
  eventsPerKill,
  collectors: collectorCount = 2,
  workers: workerCount = 2,
  say,
  isEnough = () => false,
}) {
  const folder = mkdtempSync(join(tmpdir(), 'unblink-cluster-'))
  const config = join(folder, 'site.json')
  writeFileSync(config, JSON.stringify({ ...site, consent: { personalization: 'granted', analytics: 'granted' } }))
  const run = Math.floor(Math.random() * 65_536)
  const closing = []
  try {
    say('starting three NATS servers')
    const nats = await startNats({ count: 3, folder: join(folder, 'nats') })
    closing.push(() => nats.stop())
    const toArgs = (role) => [
      'serve',
      '--config',
      config,
      '--nats',
      nats.url,
      '--role',
      role,
      '--partitions',
      PARTITIONS,
    ]
    const make = (role, index) =>
      createClusterServer({ name: `${role} ${index + 1}`, command, args: toArgs(role), env })
    const makeAll = (role, count) => Promise.all(Array.from({ length: count }, (_, index) => make(role, index)))
    const collectors = await makeAll('collector', collectorCount)
    const workers = await makeAll('worker', workerCount)
    const [api] = await makeAll('api', 1)
    for (const server of [...collectors, ...workers, api]) {
      say(`starting ${server.name}`)
      await server.start()
      closing.unshift(() => server.stop())
    }
    const servers = nats.url.split(',')
    const state = await openClusterState({ servers, site: site.id, run })
    closing.unshift(() => state.close())
    const ledger = createLedger()
    const sender = createClusterSender({ urls: collectors.map(({ url }) => url), run, rate, visitors, ledger })
    closing.unshift(() => sender.end())
    const readers = createReaders({ url: api.url, run, visitors })
    closing.unshift(() => readers.end())

    const check = async () => {
      const startedAt = performance.now()
      await sender.settle(SETTLE_MS)
      const settledMs = performance.now() - startedAt
      await state.readEvents(ledger.find)
      const wrong = await countWrong({ state, run, visitors, batches: sender.getBatches() })
      const { lost, duplicates } = ledger.getState()
      return { lost, twice: duplicates, wrong, settledMs }
    }

    const choose = async (target) => {
      if (target === 'node') {
        // Every other time the leader, which is what everything waits for.
        const leader = await state.getLeader()
        const isLeaderWanted = Math.random() < 0.5
        const others = nats.nodes.filter(({ name }) => (name === leader) === isLeaderWanted)
        const one = others[Math.floor(Math.random() * others.length)] ?? nats.nodes[0]
        return { one, name: `${one.name}${one.name === leader ? ', which leads' : ''}` }
      }
      const list = target === 'collector' ? collectors : workers
      const one = list[Math.floor(Math.random() * list.length)]
      return { one, name: one.name }
    }

    const killOnce = async (target) => {
      sender.resume()
      const goal = sender.counts.acknowledged + eventsPerKill
      await waitUntil(`Acknowledging ${eventsPerKill} events`, SETTLE_MS, () => sender.counts.acknowledged >= goal)
      await wait(Math.random() * MAX_EXTRA_MS)
      const { one, name } = await choose(target)
      const before = readers.getCounts()
      await one.kill()
      await wait(MIN_DOWN_MS + Math.random() * (MAX_DOWN_MS - MIN_DOWN_MS))
      await one.start()
      const checked = await check()
      if (target === 'node') await waitUntil('The cluster being whole again', WHOLE_MS, state.isWhole)
      const { asked, failed, longestMs } = readers.getCounts()
      return {
        target,
        name,
        ...checked,
        asked: asked - before.asked,
        failedReads: failed - before.failed,
        longestReadMs: longestMs,
      }
    }

    const results = []
    const order = Array.from({ length: kills }, () => TARGETS).flat()
    const startedAt = performance.now()
    for (const target of order) {
      if (isEnough()) break
      const result = await killOnce(target)
      results.push(result)
      const { name, lost, twice, wrong, asked, failedReads, settledMs } = result
      say(
        `kill ${results.length} of ${order.length} (${name}): ${sender.counts.acknowledged} acknowledged, lost ${lost}, stored twice ${twice}, wrong profiles ${wrong}, failed reads ${failedReads} of ${asked}, all delivered after ${Math.round(settledMs)} ms`,
      )
    }
    const seconds = (performance.now() - startedAt) / 1_000
    const last = await check()
    const reads = readers.getCounts()
    await sender.end()
    await readers.end()
    const codes = []
    for (const server of [...collectors, ...workers, api]) codes.push({ name: server.name, code: await server.stop() })
    return {
      results,
      last,
      reads,
      codes,
      seconds,
      replayed: await replayBy({ command, env, config, nats: nats.url }),
      sent: sender.getBatches() * EVENTS_IN_BATCH,
      counts: sender.counts,
      ledger: ledger.getState(),
      nats: { version: nats.version.join('.'), doesSync: nats.doesSync },
    }
  } finally {
    for (const close of closing) await Promise.resolve(close()).catch((error) => say(String(error)))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What `unblink replay` finds. */
async function replayBy({ command: [program, ...first], env, config, nats }) {
  const args = ['replay', '--config', config, '--nats', nats, '--partitions', PARTITIONS, '--json']
  const { output } = await captureCommand(program, [...first, ...args], { env })
  const start = output.indexOf('{')
  if (start === -1) throw new Error(`unblink replay has found nothing: ${output}`)
  return JSON.parse(output.slice(start, output.lastIndexOf('}') + 1))
}
