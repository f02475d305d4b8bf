import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNats } from '../../packages/server/test/startNats.mjs'
import { createClusterServer } from './clusterServers.mjs'

export const TARGETS = ['worker', 'nats']
const KEY = Buffer.alloc(32, 7)
const SERVER_KEY = 'the-key-of-the-ledger'
const LOADERS = 4
/** A receiver that does something with what it hears. */
const ANSWER_MS = 20
const RETRY_MS = 200
const MAX_EXTRA_MS = 2_000
/** NATS elects a leader, another worker notices, and what has failed is tried again after up to 30 s. */
const SETTLE_MS = 180_000

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const toVisitor = (n) => `11111111-2222-4333-8444-${String(n).padStart(12, '0')}`

/** Who receives, and what: for each visitor and kind of message, the ids under which it came. */
async function startReceiver() {
  const ids = new Map()
  const counts = { received: 0, unsigned: 0 }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text) => (body += text))
    request.on('end', () => {
      const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers
      counts.received++
      const expected = createHmac('sha256', KEY).update(`${id}.${at}.${body}`).digest('base64')
      if (signature !== `v1,${expected}`) counts.unsigned++
      const { data } = JSON.parse(body)
      const what = `${data.visitor} ${data.webhook}`
      ids.set(what, (ids.get(what) ?? new Set()).add(id))
      setTimeout(() => response.writeHead(204).end(), ANSWER_MS)
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${server.address().port}/`, ids, counts, stop }
}

const makeSite = (url) => {
  const secret = `whsec_${KEY.toString('base64')}`
  return {
    id: 'ledger',
    keys: { browser: 'ledger-page', server: SERVER_KEY },
    origins: ['https://www.example.com'],
    slots: {},
    audiences: { gold: { tier: 'gold' } },
    privateHosts: ['127.0.0.1'],
    webhooks: {
      entered: { url, secret, on: { audience: 'gold' } },
      // Ten seconds later, so that times run while servers are killed.
      passed: { url, secret, on: { after: { audience: 'gold' }, withinHours: 1 / 360 } },
    },
  }
}

/** Brings visitors into the audience, each tried until the cluster has said that it has it. */
function startLoad(url, rate) {
  const acknowledged = new Set()
  let next = 0
  let isOn = true
  const put = async (visitor) => {
    const response = await fetch(`${url}/v1/visitors/${visitor}/attributes`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${SERVER_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ set: { tier: 'gold' } }),
    }).catch(() => undefined)
    await response?.arrayBuffer().catch(() => undefined)
    return response?.ok === true
  }
  const work = async () => {
    while (isOn) {
      const visitor = toVisitor(next++)
      while (isOn && !(await put(visitor))) await wait(RETRY_MS)
      if (isOn) acknowledged.add(visitor)
      await wait((1_000 * LOADERS) / rate)
    }
  }
  const working = Array.from({ length: LOADERS }, work)
  const stop = async () => {
    isOn = false
    await Promise.all(working)
  }
  return { acknowledged, stop }
}

/**
 * Kills workers and NATS servers of a cluster while visitors come into an audience, and finds out whether each was told of
 * once. Three NATS servers, a collector and two workers, on this machine; `command` runs `unblink`.
 */
export async function runWebhookLedger({ command, env = {}, kills, rate, say, isEnough }) {
  const folder = mkdtempSync(join(tmpdir(), 'unblink-webhooks-'))
  const nats = await startNats({ count: 3 })
  const receiver = await startReceiver()
  const config = join(folder, 'site.json')
  writeFileSync(config, JSON.stringify(makeSite(receiver.url)))
  const toArgs = (role) => ['serve', '--config', config, '--nats', nats.url, '--role', role]
  const make = (name, role) => createClusterServer({ name, command, args: toArgs(role), env })
  const collector = await make('collector', 'collector')
  const workers = [await make('worker 1', 'worker'), await make('worker 2', 'worker')]
  const startedAt = performance.now()
  const done = []
  let load
  try {
    await collector.start()
    await Promise.all(workers.map((one) => one.start()))
    load = startLoad(collector.url, rate)
    for (let kill = 0; kill < kills * TARGETS.length && !isEnough(); kill++) {
      const target = TARGETS[kill % TARGETS.length]
      const list = target === 'worker' ? workers : nats.nodes
      const victim = list[Math.floor(kill / TARGETS.length) % list.length]
      await wait(1_000 + Math.random() * MAX_EXTRA_MS)
      await victim.kill()
      // Sometimes it is back before the others have noticed, sometimes long after.
      await wait(Math.random() * 7_000)
      await victim.start()
      done.push(target)
      say(`${done.length}: ${victim.name} killed; ${load.acknowledged.size} visitors, ${receiver.ids.size} told of`)
    }
    await load.stop()
    const { acknowledged } = load
    const wanted = [...acknowledged].flatMap((visitor) => [`${visitor} entered`, `${visitor} passed`])
    const findLost = () => wanted.filter((what) => !receiver.ids.has(what))
    const settlingAt = performance.now()
    while (findLost().length > 0 && performance.now() - settlingAt < SETTLE_MS) await wait(100)
    const settledMs = performance.now() - settlingAt
    const codes = []
    for (const one of [...workers, collector]) codes.push({ name: one.name, code: await one.stop() })
    return {
      kills: Object.fromEntries(TARGETS.map((target) => [target, done.filter((one) => one === target).length])),
      acknowledged: acknowledged.size,
      wanted: wanted.length,
      lost: findLost(),
      doubled: [...receiver.ids].filter(([, ids]) => ids.size > 1).map(([what]) => what),
      ...receiver.counts,
      told: receiver.ids.size,
      settledMs,
      codes,
      nats: { version: nats.version.join('.'), doesSync: nats.doesSync },
      seconds: (performance.now() - startedAt) / 1_000,
    }
  } finally {
    // Where something has failed the load would go on asking for ever; what it asks just now ends with the collector.
    const stopping = load?.stop()
    await Promise.all([...workers, collector].map((one) => one.kill().catch(() => undefined)))
    await stopping
    receiver.stop()
    await nats.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
