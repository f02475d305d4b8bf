import { IDBFactory } from 'fake-indexeddb'
import { promisifyRequest } from 'idb-keyval'
import { beforeEach, expect, test, vi } from 'vitest'
import { createQueue } from './createQueue.ts'
import type { Row } from './row.ts'

const allow = () => true
const row = (i: string): Row => ({ i, j: `{"i":"${i}"}`, a: 0, s: 's', r: 0, x: 0 })
const sorted = (rows: readonly Row[]) => rows.map(({ i }) => i).sort()

/** Lets promises settle, but no event of IndexedDB come. */
const microtasks = async () => {
  for (let count = 0; count < 20; count++) await Promise.resolve()
}

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()))

test('what one page has put in, another reads', async () => {
  expect(await createQueue(allow)._change([], [row('1'), row('2')])).toBe(true)
  expect(sorted(await createQueue(allow)._read())).toEqual(['1', '2'])
})

test('all changes of one tick are one transaction', async () => {
  const queue = createQueue(allow)
  await queue._change([], [row('0')])
  const transaction = vi.spyOn(Object.getPrototypeOf(await promisifyRequest(indexedDB.open('unblink'))), 'transaction')
  const answers = [queue._change([row('0')]), queue._change([], [row('1')]), queue._change([], [row('2')])]
  expect(await Promise.all(answers)).toEqual([true, true, true])
  expect(transaction).toHaveBeenCalledTimes(1)
  expect(transaction).toHaveBeenCalledWith('events', 'readwrite', { durability: 'strict' })
  expect(sorted(await queue._read())).toEqual(['1', '2'])
  transaction.mockRestore()
})

test('what comes while a transaction is under way is one transaction after it, or at once when the page is left', async () => {
  const queue = createQueue(allow)
  await queue._change([], [row('0')])
  const transaction = vi.spyOn(Object.getPrototypeOf(await promisifyRequest(indexedDB.open('unblink'))), 'transaction')
  const answers = [queue._change([], [row('1')])]
  await microtasks()
  for (let n = 2; n < 9; n++) {
    answers.push(queue._change([], [row(String(n))]))
    await microtasks()
  }
  expect(transaction).toHaveBeenCalledTimes(1)
  expect(await Promise.all(answers)).toEqual(answers.map(() => true))
  expect(transaction).toHaveBeenCalledTimes(2)

  const before = queue._change([], [row('9')])
  await microtasks()
  expect(transaction).toHaveBeenCalledTimes(3)
  const last = queue._change([], [row('a')])
  queue._hurry()
  await microtasks()
  expect(transaction).toHaveBeenCalledTimes(4)
  expect(await Promise.all([before, last])).toEqual([true, true])
  expect(sorted(await queue._read())).toEqual([...'0123456789a'])
  transaction.mockRestore()
})

test('deletes only what it is told to, so what came in meanwhile stays', async () => {
  const queue = createQueue(allow)
  await queue._change([], [row('1'), row('2')])
  const sent = await queue._read()
  const coming = queue._change([], [row('3')])
  const deleting = queue._change(sent)
  await Promise.all([coming, deleting])
  expect(sorted(await queue._read())).toEqual(['3'])
})

test('reads what is still being written, once', async () => {
  const queue = createQueue(allow)
  void queue._change([], [row('1')])
  expect(sorted(await queue._read())).toEqual(['1'])
  void queue._change([row('1')])
  expect(await queue._read()).toEqual([])
})

test('without consent keeps it in memory, looks for no storage, and stores it all once there is consent', async () => {
  let isAllowed = false
  const queue = createQueue(() => isAllowed)
  const open = vi.spyOn(indexedDB, 'open')
  expect(await queue._change([], [row('1')])).toBe(false)
  expect(await queue._change([], [row('2')])).toBe(false)
  expect(await queue._change([row('1')])).toBe(false)
  expect(sorted(await queue._read())).toEqual(['2'])
  expect(open).not.toHaveBeenCalled()

  isAllowed = true
  expect(await queue._change([])).toBe(true)
  expect(sorted(await createQueue(allow)._read())).toEqual(['2'])
})

test('a storage that refuses leaves everything in memory, and is tried again', async () => {
  const queue = createQueue(allow)
  const open = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('no', 'SecurityError')
  })
  expect(await queue._change([], [row('1')])).toBe(false)
  expect(sorted(await queue._read())).toEqual(['1'])
  open.mockRestore()
  expect(await queue._change([], [row('2')])).toBe(true)
  expect(sorted(await createQueue(allow)._read())).toEqual(['1', '2'])
})

test('goes on when the database is taken away while the page is open', async () => {
  const queue = createQueue(allow)
  await queue._change([], [row('1')])
  await promisifyRequest(indexedDB.deleteDatabase('unblink'))
  await queue._change([], [row('2')])
  await queue._change([], [row('3')])
  expect(sorted(await createQueue(allow)._read())).toEqual(['2', '3'])
})

test('erasing leaves no database, even while another tab has it open', async () => {
  const other = createQueue(allow)
  await other._change([], [row('1')])
  const queue = createQueue(allow)
  await queue._change([], [row('2')])
  queue._erase()
  await vi.waitFor(async () => expect(await indexedDB.databases()).toEqual([]))
})

test('erasing forgets what was only in memory, and what was about to be written', async () => {
  let isAllowed = false
  const queue = createQueue(() => isAllowed)
  void queue._change([], [row('1')])
  queue._erase()
  isAllowed = true
  await queue._change([])
  expect(await queue._read()).toEqual([])
})

/** The database as a later version may leave it: with a higher number, one store more, and records that say more. */
async function openLater(rows: readonly object[] = []): Promise<IDBDatabase> {
  const request = indexedDB.open('unblink', 2)
  request.onupgradeneeded = ({ oldVersion }) => {
    if (!oldVersion) request.result.createObjectStore('events', { keyPath: 'i' })
    request.result.createObjectStore('later')
    for (const one of rows) request.transaction!.objectStore('events').put(one)
  }
  return promisifyRequest(request)
}

test('a database of a later version is used as it is, and what its records say beyond ours stays', async () => {
  const later = { ...row('1'), colour: 'new' }
  ;(await openLater([later])).close()
  const queue = createQueue(allow)
  expect(await queue._read()).toEqual([later])
  expect(await queue._change([], [{ ...(await queue._read())[0]!, x: 1 }, row('2')])).toBe(true)
  expect(await createQueue(allow)._read()).toEqual([{ ...later, x: 1 }, row('2')])
})

test('a later version that comes while the page is open is let through, and the page goes on beside it', async () => {
  const queue = createQueue(allow)
  await queue._change([], [row('1')])
  const later = await openLater()
  await queue._change([], [row('2')])
  expect(await queue._change([], [row('3')])).toBe(true)
  expect(sorted(await createQueue(allow)._read())).toEqual(['1', '2', '3'])
  later.close()
})
