import type { createTracker, Tracker } from '../src/createTracker.ts'
import type { PageGlobals } from './loadCode.ts'
import type { Network } from './createNetwork.ts'
import type { World } from './createWorld.ts'

/** One tab with a tracker in it. */
export interface Tab {
  readonly tracker: Tracker
  isDead: boolean
  /** The tab ends when it reaches out so many times more: to storage, network, locks or the clock. */
  touchesLeft: number
  fire(type: string): void
  setHidden(isHidden: boolean): void
  /** Leaves the page: handlers run, and what has been handed over is carried out. */
  close(): void
  /** Nothing runs any more, and what storage has not promised yet may be lost. */
  crash(): void
}

export interface Device {
  readonly tabs: readonly Tab[]
  /** Milliseconds by which the wall clock is wrong. */
  skewMs: number
  /** Share of transactions that fail for want of room. */
  full: number
  isStorageRefused: boolean
  open(): Tab
}

type Transaction = IDBTransaction & { _abort(name: string): void }

const EPOCH = Date.UTC(2030, 0, 1)
const GRANTED = { personalization: 'granted', analytics: 'granted' } as const
const never = () => new Promise<never>(() => {})
/** Where a tab's script is when its tab is gone. */
class Gone extends Error {}

/** A browser whose tabs share storage, locks and a clock, and can end at any moment. */
export function createDevice(
  world: World,
  network: Network,
  storage: IDBFactory,
  start: (page: PageGlobals) => typeof createTracker,
): Device {
  const tabs: Tab[] = []
  const localStorage: Record<string, string> = {}
  let holder: Tab | undefined
  const device: Device = { tabs, skewMs: 0, full: 0, isStorageRefused: false, open }
  /** Requests of living tabs that have not been answered, beacons aside. */
  const underWay = new Map<object, Tab>()
  const getWall = () => EPOCH + Math.floor(world.now()) + device.skewMs

  function open(): Tab {
    const listeners: [type: string, callback: (event: object) => void][] = []
    const transactions = new Map<Transaction, boolean>()
    const databases: IDBDatabase[] = []
    let restUntil = 0
    let isLeaving = false
    let isHidden = false

    /** True when the script may still reach out of its tab. */
    const touch = () => {
      if (!tab.isDead && --tab.touchesLeft === 0) tab.crash()
      return !tab.isDead
    }
    const mayTouch = () => {
      if (!touch()) throw new Gone()
    }

    const watch = (database: IDBDatabase) => {
      databases.push(database)
      const begin = database.transaction.bind(database)
      database.transaction = (...args) => {
        mayTouch()
        const transaction = begin(...args) as Transaction
        const commit = transaction.commit.bind(transaction)
        transactions.set(transaction, false)
        const end = () => transactions.delete(transaction)
        transaction.addEventListener('complete', end)
        transaction.addEventListener('abort', end)
        const isTooMuch = transaction.mode === 'readwrite' && world.chance(device.full)
        transaction.commit = () => {
          if (!touch()) return
          if (isTooMuch) return transaction._abort('QuotaExceededError')
          transactions.set(transaction, true)
          commit()
        }
        return transaction
      }
    }

    const indexedDB = {
      open(name: string) {
        mayTouch()
        if (device.isStorageRefused) throw new DOMException('refused', 'SecurityError')
        const request = storage.open(name)
        request.addEventListener('success', () => watch(request.result))
        return request
      },
      deleteDatabase: (name: string) => storage.deleteDatabase(name),
    }

    const locks = {
      async request(_name: string, _options: object, work: (lock: object | null) => Promise<void> | undefined) {
        if (!touch()) return never()
        await new Promise<void>((resolve) => world.schedule(1, resolve))
        if (tab.isDead) return never()
        if (holder) return work(null)
        holder = tab
        const release = () => {
          if (holder === tab) holder = undefined
        }
        await work({})
        if (!tab.isDead) world.schedule(1, release)
      },
    }

    const checkRest = (what: string) => {
      if (world.now() < restUntil) network.problems.push(`${what} at ${world.now()}, asked to rest until ${restUntil}`)
    }

    const sendBeacon = (_endpoint: string, body: string) => {
      if (!touch()) return false
      checkRest('a beacon')
      if (new TextEncoder().encode(body).length > 16 * 1024) network.problems.push('a beacon of more than 16 KiB')
      if (world.chance(0.2)) return false
      network.send(body, () => {})
      return true
    }

    const fetch = (_endpoint: string, { body, signal }: { body: string; signal?: { ms: number } }) => {
      if (!touch()) return never()
      checkRest('a request')
      if (new TextEncoder().encode(body).length > 64 * 1024) network.problems.push('a request of more than 64 KiB')
      const request = {}
      // Nobody waits for the answer to what was sent as a beacon.
      const isBeacon = isLeaving
      if (!isBeacon) {
        const others = [...underWay.values()].filter((other) => !other.isDead)
        if (others.length > 0) network.problems.push(`two requests under way at ${world.now()}`)
        underWay.set(request, tab)
      }
      return new Promise((resolve, reject) => {
        const settle = (run: () => void) => {
          underWay.delete(request)
          if (!tab.isDead) run()
        }
        network.send(body, (answer) => {
          if (!answer) return settle(() => reject(new TypeError('Failed to fetch')))
          if (answer.restMs && !isBeacon) restUntil = Math.max(restUntil, world.now() + answer.restMs)
          settle(() =>
            resolve({
              status: answer.status,
              headers: { get: () => answer.retryAfter ?? null },
              json: async () => {
                if (answer.body === undefined) throw new SyntaxError('no JSON')
                return answer.body
              },
            }),
          )
        })
        if (signal) world.schedule(signal.ms, () => settle(() => reject(new DOMException('late', 'TimeoutError'))))
      })
    }

    const document = {
      get hidden() {
        return isHidden
      },
    }
    const tab: Tab = {
      tracker: undefined as never,
      isDead: false,
      touchesLeft: Infinity,
      fire(type) {
        if (tab.isDead) return
        for (const [of, callback] of [...listeners]) if (of === type) callback({ type })
      },
      setHidden(next) {
        isHidden = next
        isLeaving = true
        tab.fire('visibilitychange')
        isLeaving = false
      },
      close() {
        isLeaving = true
        tab.fire('pagehide')
        // What the handlers have begun in promises is still done.
        world.schedule(0, () => end(true))
      },
      crash: () => end(false),
    }

    const end = (isOrderly: boolean) => {
      if (tab.isDead) return
      tab.isDead = true
      tabs.splice(tabs.indexOf(tab), 1)
      for (const [transaction, isCommitted] of transactions) {
        if (!isCommitted || (!isOrderly && world.chance(0.5))) transaction._abort('AbortError')
      }
      for (const database of databases) database.close()
      if (holder === tab) holder = undefined
    }

    const later = (run: () => void, ms: number) => {
      if (touch()) return world.schedule(ms, () => !tab.isDead && run())
      return undefined
    }
    const create = start({
      globalThis: {
        addEventListener: (type: string, callback: () => void) => listeners.push([type, callback]),
        removeEventListener: (type: string, callback: () => void) => {
          const index = listeners.findIndex(([of, one]) => of === type && one === callback)
          if (index >= 0) listeners.splice(index, 1)
        },
      },
      indexedDB,
      localStorage,
      navigator: { locks, sendBeacon },
      document,
      performance: { now: () => world.now() },
      crypto: {
        getRandomValues: (words: BigUint64Array) =>
          words.map(() => (BigInt(world.below(2 ** 32)) << 32n) | BigInt(world.below(2 ** 32))),
      },
      Date: { now: getWall, parse: (text) => Date.parse(text) },
      AbortSignal: { timeout: (ms: number) => ({ ms }) },
      setTimeout: later,
      clearTimeout: (task) => world.cancel(task),
    })
    const tracker = create({
      endpoint: '/u/v1/e',
      key: 'pk_test',
      consent: GRANTED,
      maxBatch: world.pick([3, 10, 50]),
      now: getWall,
      random: () => world.random(),
      fetch: fetch as never,
    })
    Object.assign(tab, { tracker })
    const id = world
      .below(2 ** 32)
      .toString(16)
      .padStart(12, '0')
    tracker.setView({ id: `01234567-89ab-7def-8123-${id}`, location: '/shop', startedAt: world.now() })
    tabs.push(tab)
    return tab
  }
  return device
}
