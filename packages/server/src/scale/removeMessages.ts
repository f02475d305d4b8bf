import type { JetStreamManager } from '@nats-io/jetstream'
import { findNext } from './findNext.ts'

export interface RemovalInput {
  readonly manager: JetStreamManager
  readonly stream: string
  readonly subject: string
  /** Sequence of the first message that stays. */
  readonly before: number
}

/** Removed at once. */
const MAX_OPEN = 32

/**
 * Removes a subject's messages up to one that stays, each by itself, and has NATS overwrite them. A purge would be one request; but in some
 * versions (2.9.10) it moves every reader of the stream that is behind on to the first message of the subject that stays, past all
 * others' messages, https://github.com/nats-io/nats-server/pull/3838. Rejects when NATS does not answer; it is then to be called again.
 */
export async function removeMessages(input: RemovalInput): Promise<void> {
  const { manager, stream, subject, before } = input
  let next = 1
  const take = async (): Promise<number | undefined> => {
    const found = await findNext(manager, stream, subject, next)
    if (!found || found.seq >= before) return undefined
    next = found.seq + 1
    return found.seq
  }
  for (let isDone = false; !isDone;) {
    const seqs: number[] = []
    for (let seq = await take(); seq !== undefined; seq = await take()) if (seqs.push(seq) === MAX_OPEN) break
    isDone = seqs.length < MAX_OPEN
    await Promise.all(seqs.map((seq) => remove(input, seq)))
  }
}

async function remove({ manager, stream, subject }: RemovalInput, seq: number): Promise<void> {
  try {
    await manager.streams.deleteMessage(stream, seq)
  } catch (error) {
    // The retention may have been faster.
    if ((await findNext(manager, stream, subject, seq))?.seq === seq) throw error
  }
}
