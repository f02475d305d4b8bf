import { getMessage, type Log } from '../log.ts'
import type { Database } from './openDatabase.ts'

/**
 * What became of a job. `busy`: the queue is full, it was not tried. `failed`: the database did not take it.
 * `refused`: the job itself threw; its neighbours in the same transaction are unharmed.
 */
export type Written<T> =
  | { readonly type: 'written'; readonly value: T }
  | { readonly type: 'busy' }
  | { readonly type: 'failed' }
  | { readonly type: 'refused'; readonly error: unknown }

/** Group commit: jobs that come together share one transaction, and so one wait for the disk. */
export interface Writer {
  /**
   * Runs a job inside the next transaction; resolves after the commit has reached the disk, never rejects.
   * `bytes` is what the job weighs, for the bounds of the queue and of a transaction.
   */
  write<T>(job: () => T, bytes: number): Promise<Written<T>>
  /** Whether a job would be refused as `busy` now. */
  isFull(): boolean
  /** Writes what is queued, then refuses everything as `busy`. */
  close(): void
}

export interface WriterOptions {
  readonly database: Database.Database
  readonly log: Log
  /** @default 1 MiB: measured as about a quarter of a second of work, so that whoever is let in does not wait long */
  readonly maxQueuedBytes?: number
  /** The event loop stands still during a transaction, so one is cut here. @default 256 KiB */
  readonly maxGroupBytes?: number
  /** How long the first job of a group waits for company. @default 2 */
  readonly gatherMs?: number
}

interface Job {
  readonly run: () => unknown
  readonly bytes: number
  readonly settle: (written: Written<never>) => void
}

/** Faults of disk and lock, which hit every job alike; any other fault is the job's own. */
const SHARED_FAULT = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CORRUPT|NOTADB|NOMEM|CANTOPEN|PROTOCOL)/

const isSharedFault = (error: unknown) => SHARED_FAULT.test(String((error as { code?: unknown } | null)?.code))

export function createWriter({
  database,
  log,
  maxQueuedBytes = 1024 * 1024,
  maxGroupBytes = 256 * 1024,
  gatherMs = 2,
}: WriterOptions): Writer {
  const queue: Job[] = []
  let queuedBytes = 0
  let isClosed = false
  let timer: NodeJS.Timeout | undefined

  /** As many as fit into one transaction, but at least one. */
  const takeGroup = (): Job[] => {
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

  const commit = (group: readonly Job[]): readonly Written<unknown>[] => {
    try {
      database.exec('BEGIN IMMEDIATE')
      const outcomes = group.map(run)
      database.exec('COMMIT')
      return outcomes
    } catch (error) {
      log({ level: 'error', code: 'commit_failed', message: getMessage(error), jobs: group.length })
      rollback()
      return group.map(() => ({ type: 'failed' }))
    }
  }

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const group = takeGroup()
    const outcomes = commit(group)
    // Each job knows the type of its own value; the list of all of them cannot.
    group.forEach((job, index) => job.settle(outcomes[index] as Written<never>))
    if (queue.length > 0) timer = setTimeout(flush, 0)
  }

  return {
    write<T>(job: () => T, bytes: number) {
      return new Promise<Written<T>>((resolve) => {
        if (isClosed || (queue.length > 0 && queuedBytes + bytes > maxQueuedBytes)) return resolve({ type: 'busy' })
        queue.push({ run: job, bytes, settle: resolve })
        queuedBytes += bytes
        timer ??= setTimeout(flush, gatherMs)
      })
    },
    isFull: () => isClosed || queuedBytes >= maxQueuedBytes,
    close() {
      isClosed = true
      while (queue.length > 0) flush()
    },
  }
}
