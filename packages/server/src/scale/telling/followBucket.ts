import { AckPolicy, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { getMessage, type Log } from '../../log.ts'
import { createReaderGuard } from '../createReaderGuard.ts'
import { getBucketStream, getKeySubject } from '../getNames.ts'

export interface FollowBucketOptions {
  readonly manager: JetStreamManager
  readonly bucket: string
  /** Everything under `<prefix>.`. */
  readonly prefix: string
  readonly signal: AbortSignal
  readonly onValue: (key: string, text: string, revision: number) => void
  readonly log: Log
}

const FETCH = 500
const EXPIRES_MS = 5_000
/** How long a reader has that gave nothing although there is something. */
const SUSPECT_MS = 1_000
const HEARTBEAT_MS = 500
const FORGOTTEN_MS = 30_000
const RETRY_MS = 200

/** Tells of all values there are, and then of each that is written, in order, until the signal. Never rejects. */
export async function followBucket({ manager, bucket, prefix, signal, onValue, log }: FollowBucketOptions) {
  const stream = getBucketStream(bucket)
  const [all, start] = [getKeySubject(bucket, `${prefix}.*`), getKeySubject(bucket, '').length]
  let next = 1
  const read = async () => {
    const guard = createReaderGuard({ manager, stream, subject: all, from: next })
    const { name } = await manager.consumers.add(stream, {
      ...{ ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: next },
      ...{ filter_subject: all, inactive_threshold: nanos(FORGOTTEN_MS), mem_storage: true, num_replicas: 1 },
    })
    const consumer = await manager.jetstream().consumers.get(stream, name)
    while (!signal.aborted) {
      const fetched = await consumer.fetch({
        ...{ max_messages: FETCH, expires: guard.isSuspect() ? SUSPECT_MS : EXPIRES_MS, idle_heartbeat: HEARTBEAT_MS },
      })
      const stop = () => fetched.stop()
      signal.addEventListener('abort', stop)
      if (signal.aborted) stop()
      const before = next
      try {
        for await (const message of fetched) {
          guard.take(message)
          next = message.seq + 1
          if (!signal.aborted) onValue(message.subject.slice(start), message.string(), message.seq)
        }
      } finally {
        signal.removeEventListener('abort', stop)
        stop()
      }
      if (next === before && !signal.aborted) await guard.checkNothing()
    }
  }
  while (!signal.aborted) {
    try {
      await read()
    } catch (error) {
      if (signal.aborted) return
      log({ level: 'info', code: 'log_reopened', message: `Reading goes on anew: ${getMessage(error)}`, bucket })
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}
