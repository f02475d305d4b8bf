import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeEvent, VISITOR } from '../../test/startTestServer.ts'
import type { LogRecord } from '../log.ts'
import { createRetention } from './createRetention.ts'
import { createStore, type Store } from './createStore.ts'
import { createWriter, type Writer } from './createWriter.ts'
import { openDatabase, type Database } from './openDatabase.ts'

const DAY_MS = 86_400_000
const NOW = 2_000_000_000_000

let folder = ''
let database: Database.Database
let store: Store
let writer: Writer
let logs: LogRecord[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-retention-'))
  database = openDatabase(folder)
  store = createStore(database, 'bank')
  logs = []
  writer = createWriter({ database, log: (record) => logs.push(record) })
})
afterEach(async () => {
  database.close()
  await rm(folder, { recursive: true })
})

const insert = (daysAgo: number, into = store) => {
  const event = makeEvent()
  into.insertEvent({ event, receivedAt: NOW - daysAgo * DAY_MS }, VISITOR)
  return event.i
}
const readIds = () => (database.prepare('SELECT id FROM events').all() as { id: string }[]).map(({ id }) => id)
const create = () =>
  createRetention({ store, writer, days: 30, slice: 2, now: () => NOW, log: (record) => logs.push(record) })

test('what is older than the retention goes, in slices, whatever order it came in; what is younger stays', async () => {
  const young = [insert(29), insert(-365)] // the second was stored while the clock was a year ahead
  for (let count = 0; count < 5; count++) insert(31)
  young.push(insert(0))
  const retention = create()
  const before = writer.getQueue()
  await retention.run()
  retention.stop()
  expect(readIds()).toEqual(young)
  expect(logs).toMatchObject([{ code: 'events_expired', events: 5, days: 30 }])
  expect(writer.getQueue()).toMatchObject({ jobs: before.jobs })
})

test('another site of the same database keeps its own', async () => {
  const other = insert(400, createStore(database, 'shop'))
  insert(400)
  const retention = create()
  await retention.run()
  retention.stop()
  expect(readIds()).toEqual([other])
})

test('the numbers of views that nothing can come for any more go too, and their hours stay', async () => {
  const count = (view: string, daysAgo: number) =>
    store.countArrivals({ view, highest: 3, stored: 2, receivedAt: NOW - daysAgo * DAY_MS })
  for (const view of ['a', 'b', 'c']) count(view, 10)
  count('d', 8)
  const retention = create()
  await retention.run()
  retention.stop()
  expect(database.prepare('SELECT view FROM views').all()).toMatchObject([{ view: 'd' }])
  expect(store.getArrivals(0)).toMatchObject([
    { views: 3, stored: 6, missing: 6 },
    { views: 1, stored: 2, missing: 2 },
  ])
})

test('events that come meanwhile are written, and it ends when it is stopped', async () => {
  for (let count = 0; count < 40; count++) insert(31)
  const retention = create()
  const run = retention.run()
  const event = makeEvent()
  expect(await writer.write(() => store.insertEvent({ event, receivedAt: NOW }, VISITOR), 1)).toMatchObject({
    value: true,
  })
  retention.stop()
  await run
  expect(readIds()).toContain(event.i)
  expect(readIds().length).toBeGreaterThan(30)
})

test('D17 a clock that jumps a year ahead deletes nothing, and the operator is told', async () => {
  let now = NOW
  insert(1)
  const retention = createRetention({ store, writer, days: 30, now: () => now, log: (record) => logs.push(record) })
  now += 365 * DAY_MS
  await retention.run()
  expect(readIds()).toHaveLength(1)
  expect(logs).toMatchObject([{ level: 'warn', code: 'clock_set', hours: 365 * 24 }])
  now = NOW - 3_600_000 // an hour back is nothing unusual
  insert(31)
  await retention.run()
  retention.stop()
  expect(readIds()).toHaveLength(1)
})
