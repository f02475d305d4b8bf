import { promisifyRequest, type UseStore } from 'idb-keyval'
import type { Row } from './row.ts'

export interface Queue {
  /**
   * Takes records out and then puts others in. All changes of one tick, and those that come while a transaction is under
   * way, are one transaction, which holds wholly or not at all. True once everything is durable; false while it is only in
   * memory, and then tried again with the next change.
   */
  _change(gone: readonly Pick<Row, 'i'>[], put?: readonly Row[]): Promise<boolean>
  /** Writes now what else would wait for the transaction before it: the page may not live to see that end. */
  _hurry(): void
  /** Every record of every tab, view and session, and those of this page that could not be stored. */
  _read(): Promise<Row[]>
  /** Leaves nothing behind, not even an empty database. Throws where storage is blocked, when memory is empty already. */
  _erase(): void
}

const NAME = 'unblink'
const STORE = 'events'

/**
 * The one owner of what the collector has not acknowledged yet. Durable in IndexedDB where that may be used (`isAllowed`
 * is asked before every access: without consent nothing is stored or even looked for), else in memory. No promise rejects.
 */
export function createQueue(isAllowed: () => boolean): Queue {
  /** What IndexedDB does not have yet: records by id, undefined for those to delete. */
  const changes = new Map<string, Row | undefined>()
  let opening: Promise<IDBDatabase> | undefined
  let last = Promise.resolve(true)
  /** What has not begun to be written. */
  let next: Promise<boolean> | undefined

  const use: UseStore = async (mode, callback) => {
    if (!isAllowed()) throw Error()
    if (!opening) {
      const request = indexedDB.open(NAME)
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'i' })
      opening = promisifyRequest(request)
    }
    const database = await opening
    // Whoever erases, in this tab or another, waits for all to close.
    database.onversionchange = () => database.close()
    const transaction = database.transaction(STORE, mode, { durability: 'strict' })
    const result = callback(transaction.objectStore(STORE))
    // Left to itself, the transaction of a click commits a task later: a page that is left at once would abort it.
    transaction.commit?.()
    return result
  }

  const write = async () => {
    next = undefined
    const rows = [...changes]
    const isDurable = await use('readwrite', (store) => {
      for (const [id, row] of rows) void (row ? store.put(row) : store.delete(id))
      return promisifyRequest(store.transaction)
    }).then(
      () => true,
      () => {
        // Not allowed, blocked, full, or the visitor has cleared the site's data: the next write opens anew.
        opening = undefined
        return false
      },
    )
    for (const [id, row] of rows) if (changes.get(id) === row && (isDurable || !row)) changes.delete(id)
    return isDurable
  }

  return {
    _change(gone, put = []) {
      for (const { i } of gone) changes.set(i, undefined)
      for (const row of put) changes.set(row.i, row)
      // One at a time: under load, transactions that wait for each other's sync would only pile up.
      return (next ??= last = last.then(write))
    },
    _hurry() {
      if (next) void write()
    },
    async _read() {
      const stored = await use('readonly', (store) => promisifyRequest<Row[]>(store.getAll())).catch(() => [])
      return [...stored.filter(({ i }) => !changes.has(i)), ...changes.values()].filter((row) => !!row)
    },
    _erase() {
      changes.clear()
      opening = undefined
      indexedDB.deleteDatabase(NAME)
    },
  }
}
