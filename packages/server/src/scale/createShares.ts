import { performance } from 'node:perf_hooks'
import { getMessage, type Log } from '../log.ts'
import { createBoard, takeLeave, takeTurn, type Board } from './board.ts'
import type { Bucket } from './createBucket.ts'

export interface SharesOptions {
  readonly bucket: Bucket
  /** The key of the board. */
  readonly key: string
  readonly partitions: number
  /** This worker's name, like no other's. */
  readonly me: string
  readonly getProgress: () => ReadonlyMap<number, number>
  /** Told of the partitions that are ours from now on, with where to begin; again whenever they change. */
  readonly onChange: (ours: ReadonlyMap<number, number>) => void
  /**
   * Whether what the partitions are parts of is another than at the start, looked at afresh before each write. Once it is, all of
   * them are let go of, nothing is written of how far they are, and no turn follows. When it rejects, the turn fails. @default it
   * never is
   */
  readonly isReplacedNow?: () => Promise<boolean>
  readonly log: Log
  /** What a worker does with its partitions, for the log. @default 'folds' */
  readonly does?: string
  /** @default 1 000 */
  readonly turnMs?: number
  /** A worker that shows no sign of life for so long is gone. @default 5 000 */
  readonly goneMs?: number
  /** Monotonic milliseconds. @default performance.now */
  readonly getTime?: () => number
}

/** Agrees with the other workers on who folds which partition. */
export interface Shares {
  /** Gives all back, so that others go on at once. */
  stop(): Promise<void>
}

const MAX_TRIES = 8

export function createShares({
  bucket,
  key,
  partitions,
  me,
  getProgress,
  onChange,
  isReplacedNow = () => Promise.resolve(false),
  log,
  does = 'folds',
  turnMs = 1_000,
  goneMs = 5_000,
  getTime = () => performance.now(),
}: SharesOptions): Shares {
  /** The last number of each worker, and when it was first seen here: nobody's clock is compared with another's. */
  const beats = new Map<string, { readonly beat: number; readonly at: number }>()
  let ours = ''
  let agreedAt = getTime()
  let isStopped = false
  let isOver = false
  let timer: NodeJS.Timeout | undefined
  let turning: Promise<void> = Promise.resolve()

  const getAlive = ({ workers }: Board): Set<string> => {
    const now = getTime()
    for (const [name, beat] of Object.entries(workers)) {
      if (beats.get(name)?.beat !== beat) beats.set(name, { beat, at: now })
    }
    for (const name of beats.keys()) if (!Object.hasOwn(workers, name)) beats.delete(name)
    return new Set([...beats].filter(([, { at }]) => now - at < goneMs).map(([name]) => name))
  }

  const tell = (board: Board) => {
    const mine = board.partitions.flatMap(({ owner, seq }, index) => (owner === me ? [[index, seq] as const] : []))
    const names = mine.map(([index]) => index).join()
    if (names === ours) return
    ours = names
    log({
      level: 'info',
      code: 'partitions_changed',
      message: `This worker ${does} the partitions ${names || 'none'}.`,
    })
    onChange(new Map(mine))
  }

  /** Reads, changes and writes the board, again when another was faster. Undefined when there is nothing left to agree on. */
  const agree = async (change: typeof takeTurn): Promise<Board | undefined> => {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      // A server that is behind gives what was there before; then the one that leads is asked.
      const known = await (tries === 0 ? bucket.get(key) : bucket.getLatest(key))
      // After the board is read: the progress must not be written into one that was made anew with the stream.
      if (await isReplacedNow()) return undefined
      const board = known ? (JSON.parse(known.text) as Board) : createBoard(partitions)
      const next = change({ board, me, alive: getAlive(board), progress: getProgress() })
      if ((await bucket.replace(key, JSON.stringify(next), known?.revision ?? 0)) !== undefined) return next
      await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 50))
    }
    throw new Error('the other workers were always faster')
  }

  const turn = async () => {
    try {
      const board = await agree(takeTurn)
      isOver = !board
      tell(board ?? createBoard(partitions))
      agreedAt = getTime()
    } catch (error) {
      log({ level: 'warn', code: 'turn_failed', message: `The workers could not be asked: ${getMessage(error)}` })
      // By now the others think that we are gone; going on would harm nothing, but be work done twice.
      if (getTime() - agreedAt >= goneMs) tell(createBoard(partitions))
    }
    if (!isStopped && !isOver) timer = setTimeout(() => (turning = turn()), turnMs)
  }
  turning = turn()

  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await turning
      clearTimeout(timer)
      if (isOver) return
      try {
        await agree(takeLeave)
      } catch (error) {
        const message = `The others will notice in ${goneMs / 1_000} s that this worker is gone: ${getMessage(error)}`
        log({ level: 'warn', code: 'leave_failed', message })
      }
    },
  }
}
