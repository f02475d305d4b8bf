import type { JetStreamManager, StreamState } from '@nats-io/jetstream'
import { isBucketStream } from './getNames.ts'

/** Each is as long as what was written while the one before was read, so they end soon, however much is written. */
const BUCKET_ROUNDS = 6
/** While NATS elects a leader there is no answer. */
const MAX_TRIES = 4
const RETRY_MS = 1_000

export interface Stretch {
  /** Sequence of the first message. */
  readonly from: number
  /** Sequence of the last one. */
  readonly last: number
}

async function getState(manager: JetStreamManager, stream: string): Promise<StreamState> {
  for (let tries = 1; ; tries++) {
    try {
      return (await manager.streams.info(stream)).state
    } catch (error) {
      if (tries === MAX_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

/**
 * What is to be read so that nothing is missed that is there now, also while others write: of a plain stream, up to its end. A
 * bucket's value that changes meanwhile moves to the end, so there the next stretch is what was written while the one before
 * was read. Rejects when NATS does not answer.
 */
export async function* getStretches(manager: JetStreamManager, stream: string): AsyncGenerator<Stretch> {
  const rounds = isBucketStream(stream) ? BUCKET_ROUNDS : 1
  for (let next = 1, round = 0; round < rounds; round++) {
    const { first_seq, last_seq } = await getState(manager, stream)
    const from = Math.max(next, first_seq)
    if (last_seq < from) return
    yield { from, last: last_seq }
    next = last_seq + 1
  }
}
