import { rmSync } from 'node:fs'
import { cp, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LogRecord } from '../log.ts'
import { createWalSync, type WalSync } from './createWalSync.ts'
import { createWriter, type WriterOptions } from './createWriter.ts'
import { openDatabase } from './openDatabase.ts'

let folder = ''
let database: Database.Database
let records: LogRecord[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-writer-'))
  database = openDatabase(folder)
  database.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)')
  records = []
})
afterEach(async () => {
  database.close()
  await rm(folder, { recursive: true })
})

const create = (options: Partial<WriterOptions> = {}) =>
  createWriter({ database, log: (record) => records.push(record), ...options })
const insert = (text: string | null) => () => {
  database.prepare('INSERT INTO notes (text) VALUES (?)').run(text)
  return text
}
const readNotes = (from = database) =>
  (from.prepare('SELECT text FROM notes').all() as { text: string }[]).map(({ text }) => text)

test('a job is answered only after another connection can read what it wrote', async () => {
  const other = new Database(join(folder, 'unblink.db'))
  const seen: string[][] = []
  const writer = create()
  const written = writer.write(insert('a'), 1).then((value) => {
    seen.push(readNotes(other))
    return value
  })
  seen.push(readNotes(other))
  expect(await written).toEqual({ type: 'written', value: 'a' })
  expect(seen).toEqual([[], ['a']])
  other.close()
})

test('jobs that come together share one transaction: nobody sees the first before the last', async () => {
  const other = new Database(join(folder, 'unblink.db'))
  const writer = create()
  const jobs = ['a', 'b', 'c'].map((text) => writer.write(() => [insert(text)(), ...readNotes(other)], 1))
  expect((await Promise.all(jobs)).map((written) => written.type === 'written' && written.value)).toEqual([
    ['a'],
    ['b'],
    ['c'],
  ])
  expect(readNotes(other)).toEqual(['a', 'b', 'c'])
  other.close()
})

test('a job that throws takes back its own writes, and its neighbours are written', async () => {
  const writer = create()
  const fault = new Error('poison')
  const outcomes = await Promise.all([
    writer.write(insert('a'), 1),
    writer.write(() => {
      insert('half')()
      throw fault
    }, 1),
    writer.write(insert(null), 1), // breaks a constraint
    writer.write(insert('b'), 1),
  ])
  expect(outcomes.map(({ type }) => type)).toEqual(['written', 'refused', 'refused', 'written'])
  expect(outcomes[1]).toEqual({ type: 'refused', error: fault })
  expect(readNotes()).toEqual(['a', 'b'])
})

test('D2 on a full disk the whole group fails, nothing of it is kept, and it recovers when there is room', async () => {
  const writer = create()
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number }
  database.exec(`PRAGMA max_page_count = ${pages}`)
  const outcomes = await Promise.all([writer.write(insert('a'), 1), writer.write(insert('x'.repeat(100_000)), 1)])
  expect(outcomes).toEqual([{ type: 'failed' }, { type: 'failed' }])
  expect(readNotes()).toEqual([])
  expect(records).toMatchObject([{ code: 'commit_failed', jobs: 2 }])
  database.exec('PRAGMA max_page_count = 100000')
  expect(await writer.write(insert('b'), 1)).toEqual({ type: 'written', value: 'b' })
  expect(readNotes()).toEqual(['b'])
  expect(database.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' })
})

test('D5 while another process holds the lock jobs fail, and succeed once it lets go', async () => {
  const other = new Database(join(folder, 'unblink.db'))
  other.exec('BEGIN IMMEDIATE')
  const writer = create()
  expect(await writer.write(insert('a'), 1)).toEqual({ type: 'failed' })
  other.exec('ROLLBACK')
  other.close()
  expect(await writer.write(insert('a'), 1)).toEqual({ type: 'written', value: 'a' })
  expect(readNotes()).toEqual(['a'])
})

test('a full queue refuses at once and lets in again when it has drained', async () => {
  const writer = create({ maxQueuedBytes: 10 })
  const first = writer.write(insert('a'), 8)
  expect(writer.getQueue().isFull).toBe(false)
  expect(await writer.write(insert('b'), 3)).toEqual({ type: 'busy' })
  const third = writer.write(insert('c'), 2)
  expect(writer.getQueue().isFull).toBe(true)
  expect(await Promise.all([first, third])).toMatchObject([{ type: 'written' }, { type: 'written' }])
  expect(writer.getQueue().isFull).toBe(false)
  expect(readNotes()).toEqual(['a', 'c'])
})

test('a job heavier than the whole queue is let in when it is alone', async () => {
  expect(await create({ maxQueuedBytes: 10 }).write(insert('a'), 99)).toMatchObject({ type: 'written' })
})

test('a transaction is cut at its bound, and the rest follows', async () => {
  const writer = create({ maxGroupBytes: 10 })
  const groups: number[] = []
  let open = 0
  const count = () => {
    open++
    queueMicrotask(() => {
      if (open > 0) groups.push(open)
      open = 0
    })
  }
  await Promise.all([6, 4, 1, 50, 2].map((bytes) => writer.write(count, bytes)))
  expect(groups).toEqual([2, 1, 1, 1])
})

test('the queue tells how long it takes, from what the last transactions took, and each of them is reported', async () => {
  const commits: unknown[] = []
  const writer = create({ maxGroupBytes: 100, onCommit: (commit) => commits.push(commit) })
  expect(writer.getQueue()).toEqual({ jobs: 0, bytes: 0, waitMs: 0, isFull: false })
  const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  for (let round = 0; round < 40; round++) await writer.write(pause, 100) // 5 bytes a millisecond, at most
  const waiting = [writer.write(insert('a'), 60), writer.write(insert('b'), 40), writer.write(insert('c'), 100)]
  expect(writer.getQueue()).toMatchObject({ jobs: 3, bytes: 200 })
  expect(writer.getQueue().waitMs).toBeGreaterThan(5) // with the first guess it would be 0.05
  await Promise.all(waiting)
  expect(commits.slice(40)).toMatchObject([
    { jobs: 2, bytes: 100 },
    { jobs: 1, bytes: 100 },
  ])
})

test('closing writes what is queued and refuses what comes after', async () => {
  const writer = create({ maxGroupBytes: 1, gatherMs: 60_000 })
  const queued = [writer.write(insert('a'), 1), writer.write(insert('b'), 1)]
  writer.close()
  expect(readNotes()).toEqual(['a', 'b'])
  expect(await Promise.all(queued)).toMatchObject([{ type: 'written' }, { type: 'written' }])
  expect(await writer.write(insert('c'), 1)).toEqual({ type: 'busy' })
})

test('a database of a newer server is left alone', () => {
  database.exec('PRAGMA user_version = 99')
  expect(() => openDatabase(folder)).toThrow('the database has version 99, this server knows up to')
})

/** The real sync, whose end is held back until told. */
function createHeldSync() {
  const real = createWalSync(database)
  const held: (() => void)[] = []
  const sync: WalSync = { ...real, start: (callback) => real.start((error) => held.push(() => callback(error))) }
  const release = async () => {
    while (held.length === 0) await wait(1)
    held.shift()!()
  }
  return { sync, release, getHeld: () => held.length }
}
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('nothing is acknowledged before the disk has it, and what comes meanwhile shares the next sync', async () => {
  const { sync, release, getHeld } = createHeldSync()
  const writer = create({ sync })
  const answered: string[] = []
  const write = (text: string) => void writer.write(insert(text), 1).then(() => answered.push(text))
  write('a')
  while (getHeld() === 0) await wait(1)
  expect(readNotes()).toEqual(['a'])
  for (const text of ['b', 'c']) {
    write(text)
    while (!readNotes().includes(text)) await wait(1) // in transactions of their own
  }
  expect([answered, getHeld()]).toEqual([[], 1])
  expect(writer.getQueue()).toMatchObject({ jobs: 3, bytes: 3 })
  await release()
  await wait(1)
  expect(answered).toEqual(['a'])
  await release()
  await wait(1)
  expect([answered, getHeld()]).toEqual([['a', 'b', 'c'], 0])
  expect(writer.getQueue()).toMatchObject({ jobs: 0, bytes: 0 })
})

test('what waits for the disk fills the queue too', async () => {
  const { sync, release } = createHeldSync()
  const writer = create({ sync, maxQueuedBytes: 10 })
  const first = writer.write(insert('a'), 10)
  await wait(20)
  expect(writer.getQueue().isFull).toBe(true)
  expect(await writer.write(insert('b'), 1)).toEqual({ type: 'busy' })
  await release()
  expect(await first).toMatchObject({ type: 'written' })
  const second = writer.write(insert('c'), 1)
  await release()
  expect(await second).toMatchObject({ type: 'written' })
})

test('after a failed sync nothing is acknowledged any more, because nobody knows what is on the disk', async () => {
  let isFailing = true
  const real = createWalSync(database)
  const sync: WalSync = {
    ...real,
    start: (callback) => real.start((error) => callback(isFailing ? new Error('EIO: i/o error, fdatasync') : error)),
  }
  const writer = create({ sync })
  const outcomes = await Promise.all([writer.write(insert('a'), 1), writer.write(insert('b'), 1)])
  isFailing = false
  outcomes.push(await writer.write(insert('c'), 1))
  expect(outcomes).toEqual([{ type: 'failed' }, { type: 'failed' }, { type: 'failed' }])
  expect(records).toMatchObject([{ level: 'error', code: 'sync_failed' }])
})

test('closing waits for the disk, also for what is on its way there, and answers once', async () => {
  const { sync, release } = createHeldSync()
  const writer = create({ sync })
  const first = writer.write(insert('a'), 1)
  await wait(20)
  const second = writer.write(insert('b'), 1)
  writer.close()
  expect(await Promise.all([first, second])).toMatchObject([{ type: 'written' }, { type: 'written' }])
  await release()
  expect(writer.getQueue()).toMatchObject({ jobs: 0, bytes: 0 })
})

test('the log of the database is what is synced, and it stays one file when it is begun anew', async () => {
  const sync = createWalSync(database)
  const log = join(folder, 'unblink.db-wal')
  const { ino } = await stat(log)
  insert('x'.repeat(10_000))()
  const done = () => new Promise<Error | null>((resolve) => sync.start(resolve))
  expect(await done()).toBeNull()
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  insert('y')()
  expect(await done()).toBeNull()
  expect((await stat(log)).ino).toBe(ino)
  sync.close()
})

test('a database in memory has nothing to sync, and is acknowledged all the same', async () => {
  const memory = openDatabase()
  const writer = createWriter({ database: memory, log: () => undefined })
  expect(await writer.write(() => 7, 1)).toEqual({ type: 'written', value: 7 })
  writer.close()
  memory.close()
})

test.each([
  [
    'the folder is emptied',
    (dataDir: string) => readdir(dataDir).then((names) => Promise.all(names.map((name) => rm(join(dataDir, name))))),
  ],
  [
    'a copy takes its place',
    async (dataDir: string) => {
      await cp(join(dataDir, 'unblink.db'), join(dataDir, 'copy.db'))
      await rename(join(dataDir, 'copy.db'), join(dataDir, 'unblink.db'))
    },
  ],
])('D14 when %s under it, nothing is acknowledged any more', async (_how, wipe) => {
  const writer = create()
  expect(await writer.write(insert('a'), 1)).toMatchObject({ type: 'written' })
  await wipe(folder)
  expect(await writer.write(insert('b'), 1)).toEqual({ type: 'failed' })
  expect(await writer.write(insert('c'), 1)).toEqual({ type: 'failed' })
  const message = expect.stringMatching(/removed or replaced.*Nothing is acknowledged any more/) as string
  expect(records).toMatchObject([{ code: 'sync_failed', message }])
  writer.close()
})

test('D14 what is written at the end is not acknowledged either when the files are gone', async () => {
  const writer = create()
  expect(await writer.write(insert('a'), 1)).toMatchObject({ type: 'written' })
  const last = writer.write(insert('b'), 1)
  rmSync(join(folder, 'unblink.db'))
  writer.close()
  expect(await last).toEqual({ type: 'failed' })
})
