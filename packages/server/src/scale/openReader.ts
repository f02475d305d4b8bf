import { AckPolicy, DeliverPolicy, type ConsumerConfig, type JetStreamManager, type JsMsg } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { createReaderGuard } from './createReaderGuard.ts'
import { findNext } from './findNext.ts'

export interface ReaderInput {
  readonly manager: JetStreamManager
  readonly stream: string
  /** Which messages; with wildcards, as NATS has them. */
  readonly subject: string
  /** Sequence of the first message wanted. */
  readonly from: number
  /** Ends a read that waits; the reader is then to be closed. */
  readonly signal?: AbortSignal | undefined
}

/** Reads messages in the order of the stream, without a gap. Keeps nothing at NATS: where it is lost, another begins where it was. */
export interface Reader {
  /** How many come after what was read, as far as NATS told. */
  getPending(): number
  /**
   * What comes next, at most so many; where there is nothing, waits some seconds for the first, and may give nothing. Rejects
   * when NATS does not answer, or when the reader has gone wrong (see `ReaderGuard`): then it is of no use any more.
   */
  read(size: number): Promise<readonly JsMsg[]>
  /** Never rejects. */
  close(): Promise<void>
}

/** How long is waited for what is not there yet, and for what is there unless it has been removed. */
const WAIT_MS = 5_000
const EXPIRES_MS = 1_000
/** Two of these missed, and NATS is thought to be gone: the server that held the reader. */
const HEARTBEAT_MS = 500
/** A reader that nobody asks for so long is removed by NATS. */
const FORGOTTEN_MS = 60_000

/** What a reader is at NATS: ephemeral, and in the memory of one server. */
export const READER: Partial<ConsumerConfig> = {
  ack_policy: AckPolicy.None,
  inactive_threshold: nanos(FORGOTTEN_MS),
  mem_storage: true,
  num_replicas: 1,
}

export async function openReader({ manager, stream, subject, from, signal }: ReaderInput): Promise<Reader> {
  const { name, num_pending } = await manager.consumers.add(stream, {
    ...READER,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
    filter_subject: subject,
  })
  const consumer = await manager.jetstream().consumers.get(stream, name)
  let pending = num_pending
  const guard = createReaderGuard({ manager, stream, subject, from })
  let next = from

  /** Never asks for more than there is: what came for a request that nobody waits for any more would be lost. */
  const pull = async (count: number, expires: number): Promise<JsMsg[]> => {
    const fetched = await consumer.fetch({
      max_messages: count,
      expires,
      idle_heartbeat: HEARTBEAT_MS,
    })
    const stop = () => fetched.stop()
    signal?.addEventListener('abort', stop)
    if (signal?.aborted) stop()
    const messages: JsMsg[] = []
    try {
      for await (const message of fetched) {
        guard.take(message)
        messages.push(message)
      }
    } finally {
      signal?.removeEventListener('abort', stop)
    }
    pending = messages.at(-1)?.info.pending ?? 0
    if (messages.length === 0 && !signal?.aborted) await guard.checkNothing()
    return messages
  }

  /** Some versions (2.9.10) move a reader that is behind on, past others' messages, when one subject is purged: https://github.com/nats-io/nats-server/pull/3838 */
  const check = async (messages: readonly JsMsg[]) => {
    const [first] = messages
    if (first && first.seq > next && ((await findNext(manager, stream, subject, next))?.seq ?? first.seq) < first.seq)
      throw new Error('messages were passed over')
    next = (messages.at(-1)?.seq ?? next - 1) + 1
    return messages
  }

  return {
    getPending: () => pending,
    async read(size) {
      const first = pending > 0 ? [] : await pull(1, WAIT_MS)
      const left = Math.min(size - first.length, pending)
      return check(left > 0 && !signal?.aborted ? [...first, ...(await pull(left, EXPIRES_MS))] : first)
    },
    async close() {
      // NATS removes it by itself when this does not come through.
      await consumer.delete().catch(() => false)
    },
  }
}
