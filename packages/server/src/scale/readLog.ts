import { AckPolicy, DeliverPolicy, type ConsumerMessages, type JetStreamManager, type JsMsg } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { getMessage, type Log } from '../log.ts'
import { createReaderGuard } from './createReaderGuard.ts'
import type { Names } from './getNames.ts'
import { parseLogMessage } from './logMessage.ts'
import type { SequencedMessage } from './foldedState.ts'

export interface LogInput {
  readonly manager: JetStreamManager
  readonly names: Names
  readonly partition: number
  /** Sequence of the first message wanted. */
  readonly from: number
  readonly signal: AbortSignal
  readonly log: Log
}

/** Messages that came together, in the order of the stream. Those of nobody are left out, but count for `last`. */
export interface LogSlice {
  readonly messages: readonly SequencedMessage[]
  /** Sequence of the last message looked at. */
  readonly last: number
  /** How many of the partition come after it. */
  readonly pending: number
}

/** In one request; the next leaves only when these have been taken, so that a slow reader is not flooded. */
const FETCH = 512
const EXPIRES_MS = 5_000
/** How long a reader has that gave nothing although there is something. */
const SUSPECT_MS = 1_000
/** Two of these missed, and the reader is thought to be gone: with the server that held it. */
const HEARTBEAT_MS = 500
/** A reader that nobody asks for so long is removed by NATS. */
const FORGOTTEN_MS = 30_000
const RETRY_MS = 200

export const toSequenced = (names: Names, message: JsMsg): SequencedMessage | undefined => {
  const visitor = names.readVisitor(message.subject)
  return visitor === undefined ? undefined : { seq: message.seq, visitor, message: parseLogMessage(message.string()) }
}

/**
 * Reads one partition of the stream in order, without a gap, from a message on. What reads it on the side of NATS is made
 * anew wherever it was lost or has gone wrong (it lives on one server, and keeps nothing), so nothing is ever skipped: not by a
 * crash, not by an acknowledgement that came too early.
 */
export async function* readLog(input: LogInput): AsyncGenerator<LogSlice> {
  const { manager, names, partition, signal, log } = input
  const subject = names.getFilter(partition)
  let next = input.from

  const open = async () => {
    const { name } = await manager.consumers.add(names.events, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: next,
      filter_subject: subject,
      inactive_threshold: nanos(FORGOTTEN_MS),
      mem_storage: true,
      num_replicas: 1,
    })
    return manager.jetstream().consumers.get(names.events, name)
  }

  while (!signal.aborted) {
    try {
      const guard = createReaderGuard({ manager, stream: names.events, subject, from: next })
      const consumer = await open()
      while (!signal.aborted) {
        const fetched = await consumer.fetch({
          max_messages: FETCH,
          expires: guard.isSuspect() ? SUSPECT_MS : EXPIRES_MS,
          idle_heartbeat: HEARTBEAT_MS,
        })
        const before = next
        for await (const messages of gather(fetched, signal)) {
          messages.forEach((message) => guard.take(message))
          const last = messages.at(-1)!
          const read = messages.map((message) => toSequenced(names, message))
          next = last.seq + 1
          yield { messages: read.filter((one) => one !== undefined), last: last.seq, pending: last.info.pending }
        }
        if (signal.aborted) return
        if (next === before) await guard.checkNothing()
      }
    } catch (error) {
      if (signal.aborted) return
      log({ level: 'info', code: 'log_reopened', message: `Reading goes on anew: ${getMessage(error)}`, partition })
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

/** All that is there already, again and again, until the request has been answered. */
async function* gather(fetched: ConsumerMessages, signal: AbortSignal): AsyncGenerator<readonly JsMsg[]> {
  let ready: JsMsg[] = []
  let isDone = false
  let failure: unknown
  let wake = () => {}
  const stop = () => fetched.stop()
  const pump = async () => {
    try {
      for await (const message of fetched) {
        ready.push(message)
        wake()
      }
    } catch (error) {
      failure = error
    }
    isDone = true
    wake()
  }
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  void pump()
  try {
    for (;;) {
      if (ready.length > 0) {
        const taken = ready
        ready = []
        yield taken
      } else if (isDone) break
      else await new Promise<void>((resolve) => (wake = resolve))
    }
    if (failure) throw failure as Error
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}
