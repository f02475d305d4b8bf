import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnyEvent, BatchReply } from '@unblink/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { getUrl, startCli, type Running } from '../test/startCli.ts'
import { makeBatch, makeEvent, makeSite, post, siteInput } from '../test/startTestServer.ts'
import { createProfile } from './profile/createProfile.ts'
import { fold } from './profile/fold.ts'
import { createStore } from './store/createStore.ts'
import { openDatabase, type Database } from './store/openDatabase.ts'

const KILLS = 10
const CLIENTS = 12
/** Small batches: thousands of events a second are then hundreds of commits, and as many moments to die at. */
const EVENTS = 8
/** Longer than a machine that does much else needs. */
const TIMEOUT = { timeout: 180_000 }

const makeVisitor = (client: number) => `11111111-1111-4111-8111-${String(client).padStart(12, '0')}`
const makeEvents = () =>
  Array.from({ length: EVENTS }, (_, n) => makeEvent({ n, p: { rev: n, visibleMs: n * 900, activeMs: n * 900 } }))
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

let folder = ''
let config = ''
let database: Database.Database
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-kill-'))
  config = join(folder, 'site.json')
  await writeFile(config, JSON.stringify(siteInput))
  database = openDatabase(folder)
})
afterEach(async () => {
  database.close()
  await rm(folder, { recursive: true })
})

const start = () => startCli(['serve', '--config', config, '--port', '0', '--data', folder])
const readIds = () => (database.prepare('SELECT id FROM events').all() as { id: string }[]).map(({ id }) => id)

/** Each client sends a batch until it is acknowledged, as a page does: after a kill, the same ids again. */
function createClients() {
  const unsent: AnyEvent[][] = Array.from({ length: CLIENTS }, makeEvents)
  const acknowledged = new Set<string>()
  let unanswered = 0
  const sendOnce = async (client: number, url: string) => {
    const events = unsent[client]!
    try {
      const response = await post(`${url}/v1/e`, makeBatch(events), { cookie: `ub_v=${makeVisitor(client)}` })
      const { ok, dup } = (await response.json()) as Partial<BatchReply>
      if (response.status !== 200 || ok! + dup! !== EVENTS) return wait(20)
      events.forEach(({ i }) => acknowledged.add(i))
      unsent[client] = makeEvents()
    } catch {
      unanswered++ // killed in between: stored or not, nobody was told
      await wait(20)
    }
  }
  return {
    acknowledged,
    getUnanswered: () => unanswered,
    /** All of them, until told to stop. */
    async load(url: string, isWanted: () => boolean) {
      const run = async (client: number) => {
        while (isWanted()) await sendOnce(client, url)
      }
      await Promise.all(unsent.map((_, client) => run(client)))
    },
    /** Each delivers what it still holds. */
    async deliver(url: string) {
      const run = async (client: number) => {
        for (const events = unsent[client]; unsent[client] === events;) await sendOnce(client, url)
      }
      await Promise.all(unsent.map((_, client) => run(client)))
    },
  }
}
type Clients = ReturnType<typeof createClients>

/** Loads a server until it has acknowledged so many more, and then a moment that has nothing to do with the commits. */
async function loadAndSignal(running: Running, clients: Clients, events: number, signal: NodeJS.Signals) {
  const url = await getUrl(running)
  let isRunning = true
  const loading = clients.load(url, () => isRunning)
  const before = clients.acknowledged.size
  while (clients.acknowledged.size < before + events) await wait(5)
  await wait(Math.random() * 30)
  const closed = once(running.child, 'close')
  running.child.kill(signal)
  await closed
  isRunning = false
  await loading
}

const getLost = ({ acknowledged }: Clients) => {
  const kept = new Set(readIds())
  return [...acknowledged].filter((id) => !kept.has(id))
}

test(
  'D1 D13 ten kills under load lose nothing that was acknowledged, store nothing twice, and leave each profile as its events say',
  TIMEOUT,
  async () => {
    const clients = createClients()
    for (let kill = 0; kill < KILLS; kill++) {
      await loadAndSignal(start(), clients, 400, 'SIGKILL')
      expect(getLost(clients)).toEqual([])
    }
    expect(clients.getUnanswered()).toBeGreaterThan(0) // the kills did hit requests on their way

    // One last run: every client delivers what it still holds, and then each event is there exactly once.
    const last = start()
    const total = clients.acknowledged.size
    await clients.deliver(await getUrl(last))
    last.child.kill('SIGTERM')
    expect(await last.ended).toMatchObject({ code: 0 })
    expect(clients.acknowledged.size).toBe(total + CLIENTS * EVENTS)
    expect(readIds().sort()).toEqual([...clients.acknowledged].sort())
    expect(database.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' })

    const store = createStore(database, 'bank')
    const site = makeSite()
    for (let client = 0; client < CLIENTS; client++) {
      const visitor = makeVisitor(client)
      const events = store.getEvents(visitor, 1_000_000)
      const replayed = events.reduce((profile, { event }) => fold(profile, event, site), createProfile(visitor))
      expect(store.getProfile(visitor)).toEqual(replayed)
    }
    // What is counted to measure loss is written with the events, or not at all.
    const counted = store.getArrivals(0).reduce((sum, { stored }) => sum + stored, 0)
    expect(counted).toBe(clients.acknowledged.size)
  },
)

test('D15 a stop under load ends with 0, and nothing that was acknowledged is lost', TIMEOUT, async () => {
  const clients = createClients()
  const running = start()
  await loadAndSignal(running, clients, 400, 'SIGTERM')
  expect(await running.ended).toMatchObject({ code: 0, err: '' })
  expect(getLost(clients)).toEqual([])
  const next = start()
  await clients.deliver(await getUrl(next))
  next.child.kill('SIGTERM')
  await next.ended
  expect(readIds().sort()).toEqual([...clients.acknowledged].sort())
})
