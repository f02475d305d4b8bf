import { performance } from 'node:perf_hooks'
import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream'
import type { Log } from '../log.ts'

export interface StreamWatch {
  /** Whether the stream is known to be another than at the start; once it is, it stays so. */
  isReplaced(): boolean
  /** The same after a fresh look at it. Rejects when nobody can tell just now. */
  isReplacedNow(): Promise<boolean>
  stop(): void
}

export interface StreamWatchInput {
  readonly manager: JetStreamManager
  readonly stream: string
  readonly log: Log
  /** Monotonic milliseconds. @default performance.now */
  readonly getTime?: () => number
}

/** For those who only write events; who folds looks before each turn. */
const LOOK_EVERY_MS = 2_000
/** A look that began so recently is fresh: nobody removes a stream and makes all anew within it. */
const FRESH_MS = 200
/** A NATS server that has just begun to lead may be behind for a moment, and not for so long. */
const BEHIND_MS = 1_000

/** What a look has found. */
interface Seen {
  readonly created: string
  /** The last message, and when it was stored. */
  readonly seq: number
  readonly at: number
}

const toSeen = ({ created, state }: StreamInfo): Seen => ({
  created,
  seq: state.last_seq,
  at: Date.parse(state.last_ts),
})

/**
 * Notices that a stream was removed and made anew, or that an older copy took its place. Its messages are counted anew from 1 or from
 * that copy's end, so what this process knows by their numbers (what is folded, what is in a profile, what is a repeat) is of
 * another stream: it must neither write nor acknowledge by it. A start begins with nothing of the kind.
 *
 * The time of creation alone tells nothing for sure: nats-server may give the same stream another one
 * (https://github.com/nats-io/nats-server/issues/8470), and a copy has that of the stream. So the last message counts, too.
 */
export async function watchStream({
  manager,
  stream,
  log,
  getTime = () => performance.now(),
}: StreamWatchInput): Promise<StreamWatch> {
  let seen = toSeen(await manager.streams.info(stream))
  let shorterSince: number | undefined
  let isReplaced = false
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let last: { readonly at: number; readonly answer: Promise<boolean> } | undefined

  const alarm = (what: string): true => {
    if (isReplaced) return true
    isReplaced = true
    const message = `The stream ${stream} ${what} while this server ran. Nothing is acknowledged any more; start it again.`
    log({ level: 'error', code: 'stream_replaced', message, stream })
    return true
  }

  const isSame = async (known: Seen, found: Seen): Promise<boolean> => {
    // Of an empty stream, nothing is known by numbers.
    if (found.created === known.created || known.seq === 0) return true
    const message = await manager.streams.getMessage(stream, { seq: known.seq })
    return message?.time.getTime() === known.at
  }

  const look = async (): Promise<boolean> => {
    const known = seen
    const found = toSeen(await manager.streams.info(stream))
    if (found.seq < known.seq) {
      shorterSince ??= getTime()
      const end = `ends at message ${found.seq}, after it had ${known.seq}`
      if (getTime() - shorterSince < BEHIND_MS) throw new Error(`the stream ${stream} ${end}`)
      const isNew = found.created !== known.created
      return alarm(
        isNew ? 'was removed and made anew' : `${end}: an older copy took its place, or its last messages were lost,`,
      )
    }
    shorterSince = undefined
    if (!(await isSame(known, found))) return alarm('was removed and made anew')
    // Another look may have been faster.
    if (found.seq >= seen.seq) seen = found
    return isReplaced
  }

  const isReplacedNow = (): Promise<boolean> => {
    if (isReplaced) return Promise.resolve(true)
    const at = getTime()
    if (!last || at - last.at >= FRESH_MS) last = { at, answer: look() }
    return last.answer
  }

  const plan = () => {
    timer = setTimeout(() => {
      // While it is away, or there is none, every write finds that out by itself.
      const looked = isReplacedNow().catch(() => false)
      void looked.then((isOver) => isOver || isStopped || plan())
    }, LOOK_EVERY_MS).unref()
  }
  plan()

  return {
    isReplaced: () => isReplaced,
    isReplacedNow,
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
