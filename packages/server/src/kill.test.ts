import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BatchReply } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { getUrl, startCli } from '../test/startCli.ts'
import { makeBatch, makeEvent, makeSite, post, siteInput } from '../test/startTestServer.ts'
import { createProfile } from './profile/createProfile.ts'
import { fold } from './profile/fold.ts'
import { createStore } from './store/createStore.ts'
import { openDatabase } from './store/openDatabase.ts'

const KILLS = 10
const CLIENTS = 8
const EVENTS = 5

const makeVisitor = (client: number) => `11111111-1111-4111-8111-${String(client).padStart(12, '0')}`
const makeEvents = () =>
  Array.from({ length: EVENTS }, (_, n) => makeEvent({ n, p: { rev: n, visibleMs: n * 900, activeMs: n * 900 } }))
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test(
  'D1 D13 ten kills under load lose nothing that was acknowledged, store nothing twice, and leave each profile as its events say',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'unblink-kill-'))
    const config = join(folder, 'site.json')
    await writeFile(config, JSON.stringify(siteInput))
    const database = openDatabase(folder)
    const readIds = () => (database.prepare('SELECT id FROM events').all() as { id: string }[]).map(({ id }) => id)

    /** Each client sends a batch until it is acknowledged, as a page does: after a kill, the same ids again. */
    const unsent = Array.from({ length: CLIENTS }, makeEvents)
    const acknowledged = new Set<string>()
    let unanswered = 0
    const load = async (client: number, url: string, isWanted: () => boolean) => {
      while (isWanted()) {
        const events = unsent[client]!
        try {
          const response = await post(`${url}/v1/e`, makeBatch(events), { cookie: `ub_v=${makeVisitor(client)}` })
          const { ok, dup } = (await response.json()) as BatchReply
          if (response.status !== 200 || ok + dup !== EVENTS) continue
          events.forEach(({ i }) => acknowledged.add(i))
          unsent[client] = makeEvents()
        } catch {
          unanswered++ // killed in between: stored or not, nobody was told
        }
      }
    }

    for (let kill = 0; kill < KILLS; kill++) {
      const running = startCli(['serve', '--config', config, '--port', '0', '--data', folder])
      const url = await getUrl(running)
      let isRunning = true
      const clients = unsent.map((_, client) => load(client, url, () => isRunning))
      const before = acknowledged.size
      while (acknowledged.size < before + 200) await wait(5)
      await wait(Math.random() * 30) // at a moment that has nothing to do with the commits
      running.child.kill('SIGKILL')
      isRunning = false
      await Promise.all([once(running.child, 'close'), ...clients])
      const kept = new Set(readIds())
      expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([])
    }
    expect(unanswered).toBeGreaterThan(0) // the kills did hit requests on their way

    // One last run: every client delivers what it still holds, and then each event is there exactly once.
    const last = startCli(['serve', '--config', config, '--port', '0', '--data', folder])
    const url = await getUrl(last)
    const total = acknowledged.size
    await Promise.all(unsent.map((events, client) => load(client, url, () => unsent[client] === events)))
    last.child.kill('SIGTERM')
    expect(await last.ended).toMatchObject({ code: 0 })
    expect(acknowledged.size).toBe(total + CLIENTS * EVENTS)
    expect(readIds().sort()).toEqual([...acknowledged].sort())
    expect(database.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' })

    const store = createStore(database, 'bank')
    const site = makeSite()
    for (let client = 0; client < CLIENTS; client++) {
      const visitor = makeVisitor(client)
      const events = store.getEvents(visitor, 1_000_000)
      const replayed = events.reduce((profile, { event }) => fold(profile, event, site), createProfile(visitor))
      expect(store.getProfile(visitor)).toEqual(replayed)
    }
    database.close()
    await rm(folder, { recursive: true })
  },
)
