import { getMessage, type Log } from '../log.ts'
import type { Database } from '../store/openDatabase.ts'

export interface WipeInput {
  readonly database: Database.Database
  readonly log: Log
  /** From the first erasure to the wipe: one serves all that come meanwhile. @default 1 000 */
  readonly afterMs?: number
  /** Until it is tried again while somebody reads. @default 10 000 */
  readonly retryMs?: number
}

export interface Wipe {
  /** Something was erased. */
  schedule(): void
  stop(): void
}

/**
 * Takes what was erased off the disk. The database overwrites what it deletes (`secure_delete`), but its log still holds the
 * pages as they were: so the log is brought into the database and cut.
 */
export function createWipe({ database, log, afterMs = 1_000, retryMs = 10_000 }: WipeInput): Wipe {
  let timer: NodeJS.Timeout | undefined

  const wipe = () => {
    timer = undefined
    try {
      const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number }
      if (busy === 0) return
      const message = 'Somebody reads the database, so its log still holds what was erased. It is tried again.'
      log({ level: 'info', code: 'wipe_waits', message })
    } catch (error) {
      log({ level: 'warn', code: 'wipe_failed', message: getMessage(error) })
    }
    plan(retryMs)
  }
  const plan = (ms: number) => {
    timer ??= setTimeout(wipe, ms).unref()
  }
  return {
    schedule: () => plan(afterMs),
    stop: () => clearTimeout(timer),
  }
}
