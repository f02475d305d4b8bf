import { DeliverPolicy, type JetStreamManager, type JsMsg } from '@nats-io/jetstream'
import { findNext } from './findNext.ts'
import { openReader, READER, type Reader } from './openReader.ts'

export interface StreamInput {
  readonly manager: JetStreamManager
  readonly stream: string
  /** Which messages; with wildcards, as NATS has them. */
  readonly subject: string
  /** Sequence of the first message wanted. */
  readonly from: number
  /** Sequence of the last message wanted. @default everything that is there when the end is reached */
  readonly last?: number
  /** Messages in one piece. @default 500 */
  readonly size?: number
  /** How often in a row NATS may fail to give any, a second apart. @default 15 */
  readonly maxTries?: number
}

/** While NATS elects a leader there is no answer: up to nine seconds. */
const MAX_TRIES = 15
const RETRY_MS = 1_000

/** Sequence of the first message that the stream got at a moment (epoch milliseconds) or later; one more than the last when there is none. */
export async function findSequence(manager: JetStreamManager, stream: string, time: number): Promise<number> {
  const { name, delivered } = await manager.consumers.add(stream, {
    ...READER,
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: new Date(time).toISOString(),
  })
  await manager.consumers.delete(stream, name).catch(() => false)
  return delivered.stream_seq + 1
}

/**
 * All messages of a stretch of a stream, in order, a piece at a time: the next is asked for when the last has been taken. Throws
 * when NATS does not give all of them: a part would seem to be the whole.
 */
export async function* readStream(input: StreamInput): AsyncGenerator<readonly JsMsg[]> {
  const { manager, stream, subject, from, last = Infinity, size = 500, maxTries = MAX_TRIES } = input
  let next = from
  for (let tries = 1; next <= last; tries++) {
    let reader: Reader | undefined
    try {
      reader = await openReader({ manager, stream, subject, from: next })
      while (reader.getPending() > 0 && next <= last) {
        const messages = await reader.read(size)
        if (messages.length === 0) break
        tries = 1
        next = messages.at(-1)!.seq + 1
        const wanted = messages.filter(({ seq }) => seq <= last)
        if (wanted.length > 0) yield wanted
      }
      // What NATS counts as pending is an estimate where messages are removed meanwhile.
      const left = next <= last ? await findNext(manager, stream, subject, next) : undefined
      if (!left || left.seq > last) return
      if (tries >= maxTries) throw new Error(`NATS did not give all messages of ${stream} in time. Try again.`)
    } catch (error) {
      if (tries >= maxTries) throw error
    } finally {
      await reader?.close()
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}
