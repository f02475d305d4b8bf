import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LogRecord } from '../log.ts'
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
  expect(writer.isFull()).toBe(false)
  expect(await writer.write(insert('b'), 3)).toEqual({ type: 'busy' })
  const third = writer.write(insert('c'), 2)
  expect(writer.isFull()).toBe(true)
  expect(await Promise.all([first, third])).toMatchObject([{ type: 'written' }, { type: 'written' }])
  expect(writer.isFull()).toBe(false)
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

test('commits wait for the disk', () => {
  expect(database.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 })
  expect(database.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
})
