import { performance } from 'node:perf_hooks'
import { getMessage, type Log } from '../log.ts'
import { createWalSync, type WalSync } from './createWalSync.ts'
import type { Database } from './openDatabase.ts'

/**
 * What became of a job. `busy`: the queue is full, it was not tried. `failed`: the database or the disk did not take it.
 * `refused`: the job itself threw; its neighbours in the same transaction are unharmed.
 */
export type Written<T> =
  | { readonly type: 'written'; readonly value: T }
  | { readonly type: 'busy' }
  | { readonly type: 'failed' }
  | { readonly type: 'refused'; readonly error: unknown }

/** What a job's value is when some of its events, by id, turn out after the job to have been stored before. */
export type Revise<T> = (value: T, repeats: ReadonlySet<string>) => T

export interface QueueState {
  readonly jobs: number
  readonly bytes: number
  /** How long a job that came now would wait, as far as the last transactions tell. */
  readonly waitMs: number
  readonly isFull: boolean
}

/**
 * Group commit: jobs that come together share one transaction, and transactions that come while the disk is at work share
 * its next sync. The next transaction runs meanwhile.
 */
export interface Writer {
  /**
   * Runs a job inside the next transaction; resolves after the commit has reached the disk, never rejects.
   * `bytes` is what the job weighs, for the bounds of the queue and of a transaction. `revise` is for a writer that learns of
   * repeats only after the job; the database's own knows them before.
   */
  write<T>(job: () => T, bytes: number, revise?: Revise<T>): Promise<Written<T>>
  /** What waits, and how long a job that came now would, as far as the last transactions tell. */
  getQueue(): QueueState
  /** Writes what is queued, then refuses everything as `busy`. */
  close(): void
}

export interface WriterOptions {
  readonly database: Database.Database
  readonly log: Log
  /** @default 1 MiB: measured as about a quarter of a second of work, so that whoever is let in does not wait long */
  readonly maxQueuedBytes?: number
  /** The event loop stands still during a transaction, so one is cut here. @default 96 KiB */
  readonly maxGroupBytes?: number
  /** Told after each transaction that reached the disk, before its jobs are answered. */
  readonly onCommit?: (commit: Commit) => void
  /** How long the first job of a group waits for company. @default 2 */
  readonly gatherMs?: number
  /** @default the database's own log file */
  readonly sync?: WalSync
}

/** One transaction on the disk. `ms` is from its begin to the end of the sync. */
export interface Commit {
  readonly jobs: number
  readonly bytes: number
  readonly ms: number
}

interface Job {
  readonly run: () => unknown
  readonly bytes: number
  readonly settle: (written: Written<never>) => void
}

/** A transaction that SQLite has taken. */
interface Group {
  readonly jobs: readonly Job[]
  readonly outcomes: readonly Written<unknown>[]
  readonly bytes: number
  readonly startedAt: number
}

/** Bytes in a millisecond, before anything was measured: a slow machine's. */
const FIRST_RATE = 4_096

/** Faults of disk and lock, which hit every job alike; any other fault is the job's own. */
const SHARED_FAULT = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CORRUPT|NOTADB|NOMEM|CANTOPEN|PROTOCOL)/

const isSharedFault = (error: unknown) => SHARED_FAULT.test(String((error as { code?: unknown } | null)?.code))

export function createWriter({
  database,
  log,
  maxQueuedBytes = 1024 * 1024,
  maxGroupBytes = 96 * 1024,
  onCommit = () => {},
  gatherMs = 2,
  sync = createWalSync(database),
}: WriterOptions): Writer {
  const queue: Job[] = []
  /** Taken by SQLite, not yet known to be on the disk. */
  let unsynced: Group[] = []
  /** Of the queue, and of that beside what is unsynced. */
  let queuedBytes = 0
  let heldBytes = 0
  let heldJobs = 0
  let isClosed = false
  /** After a failed sync nobody knows what is on the disk, and a later one may succeed without it: nothing is acknowledged any more. */
  let isBroken = false
  let isSyncing = false
  let timer: NodeJS.Timeout | undefined
  let rate = FIRST_RATE
  let syncMs = 0

  /** As many as fit into one transaction, but at least one. */
  const takeJobs = (): Job[] => {
    let bytes = 0
    let count = 0
    do bytes += queue[count++]?.bytes ?? 0
    while (count < queue.length && bytes + queue[count]!.bytes <= maxGroupBytes)
    queuedBytes -= bytes
    return queue.splice(0, count)
  }

  /** A savepoint each: a job that throws takes back what it wrote, and only that. */
  const run = (job: Job): Written<unknown> => {
    database.exec('SAVEPOINT job')
    try {
      const value = job.run()
      database.exec('RELEASE job')
      return { type: 'written', value }
    } catch (error) {
      // SQLite ends the transaction by itself when, for one, the disk is full.
      if (isSharedFault(error) || !database.inTransaction) throw error
      database.exec('ROLLBACK TO job; RELEASE job')
      return { type: 'refused', error }
    }
  }

  const rollback = () => {
    try {
      if (database.inTransaction) database.exec('ROLLBACK')
    } catch (error) {
      log({ level: 'error', code: 'rollback_failed', message: getMessage(error) })
    }
  }

  const settle = (jobs: readonly Job[], outcomes: readonly Written<unknown>[]) => {
    // Each job knows the type of its own value; the list of all of them cannot.
    jobs.forEach((job, index) => job.settle((outcomes[index] ?? { type: 'failed' }) as Written<never>))
    heldJobs -= jobs.length
    heldBytes -= jobs.reduce((sum, job) => sum + job.bytes, 0)
  }

  /** Undefined when the database did not take the transaction; its jobs are answered then. */
  const commit = (jobs: readonly Job[]): Group | undefined => {
    const startedAt = performance.now()
    try {
      database.exec('BEGIN IMMEDIATE')
      const outcomes = jobs.map(run)
      database.exec('COMMIT')
      const bytes = jobs.reduce((sum, job) => sum + job.bytes, 0)
      if (bytes > 0) rate += (bytes / Math.max(performance.now() - startedAt, 0.1) - rate) / 8
      return { jobs, outcomes, bytes, startedAt }
    } catch (error) {
      log({ level: 'error', code: 'commit_failed', message: getMessage(error), jobs: jobs.length })
      rollback()
      settle(jobs, [])
      return undefined
    }
  }

  const finish = (groups: readonly Group[], error: Error | null) => {
    if (error && !isBroken) {
      isBroken = true
      const message = `${getMessage(error)}. Nothing is acknowledged any more; look at the disk, then start again.`
      log({ level: 'error', code: 'sync_failed', message })
    }
    for (const { jobs, outcomes, bytes, startedAt } of groups) {
      if (!isBroken) onCommit({ jobs: jobs.length, bytes, ms: performance.now() - startedAt })
      settle(jobs, isBroken ? [] : outcomes)
    }
  }

  const startSync = () => {
    if (isSyncing || unsynced.length === 0) return
    isSyncing = true
    const groups = unsynced
    const startedAt = performance.now()
    sync.start((error) => {
      isSyncing = false
      syncMs += (performance.now() - startedAt - syncMs) / 8
      // Closing may have waited for the disk by itself.
      if (unsynced.length < groups.length) return
      unsynced = unsynced.slice(groups.length)
      finish(groups, error)
      startSync()
    })
  }

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const jobs = takeJobs()
    const group = isBroken ? void settle(jobs, []) : commit(jobs)
    if (group) unsynced = [...unsynced, group]
    startSync()
    if (queue.length > 0) timer = setTimeout(flush, 0)
  }

  const syncNow = () => {
    const groups = unsynced
    unsynced = []
    if (groups.length === 0) return
    try {
      sync.now()
      finish(groups, null)
    } catch (error) {
      finish(groups, error as Error)
    }
  }

  return {
    write<T>(job: () => T, bytes: number) {
      return new Promise<Written<T>>((resolve) => {
        if (isClosed || (heldJobs > 0 && heldBytes + bytes > maxQueuedBytes)) return resolve({ type: 'busy' })
        queue.push({ run: job, bytes, settle: resolve })
        queuedBytes += bytes
        heldBytes += bytes
        heldJobs++
        timer ??= setTimeout(flush, gatherMs)
      })
    },
    getQueue: () => ({
      jobs: heldJobs,
      bytes: heldBytes,
      waitMs: heldJobs > 0 ? queuedBytes / rate + syncMs : 0,
      isFull: isClosed || heldBytes >= maxQueuedBytes,
    }),
    close() {
      isClosed = true
      while (queue.length > 0) flush()
      syncNow()
      sync.close()
    },
  }
}
