import type { JetStreamManager } from '@nats-io/jetstream'

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

async function getLast(manager: JetStreamManager, stream: string): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return (await manager.streams.info(stream)).state.last_seq
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
  const rounds = stream.startsWith('KV_') ? BUCKET_ROUNDS : 1
  for (let from = 1, round = 0; round < rounds; round++) {
    const last = await getLast(manager, stream)
    if (last < from) return
    yield { from, last }
    from = last + 1
  }
}
