import type { JetStreamManager } from '@nats-io/jetstream'
import type { Log } from '../log.ts'

export interface StreamWatch {
  /** Whether the stream is known to be another than at the start; once it is, it stays so. */
  isReplaced(): boolean
  stop(): void
}

export interface StreamWatchInput {
  readonly manager: JetStreamManager
  readonly stream: string
  readonly log: Log
}

/** Workers write how far they are once a second, and the second time they would write it of the new stream. */
const LOOK_EVERY_MS = 500

/**
 * Notices that a stream was removed and made anew. Its messages are counted from 1 again, so all that this process knows by their
 * numbers (what is folded, what is in a profile, what is a repeat) is of another stream: it must neither write nor acknowledge
 * by it. A start begins with nothing of the kind.
 */
export async function watchStream({ manager, stream, log }: StreamWatchInput): Promise<StreamWatch> {
  const { created } = await manager.streams.info(stream)
  let isReplaced = false
  let isStopped = false
  let timer: NodeJS.Timeout | undefined

  const look = async () => {
    // While it is away, or there is none, every write finds that out by itself.
    const found = await manager.streams.info(stream).catch(() => undefined)
    isReplaced = found !== undefined && found.created !== created
    if (isReplaced) {
      const message = `The stream ${stream} was removed and made anew while this server ran. Nothing is acknowledged any more; start it again.`
      log({ level: 'error', code: 'stream_replaced', message, stream })
    } else if (!isStopped) plan()
  }
  const plan = () => {
    timer = setTimeout(() => void look(), LOOK_EVERY_MS).unref()
  }
  plan()

  return {
    isReplaced: () => isReplaced,
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
