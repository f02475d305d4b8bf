import { AckPolicy, DeliverPolicy, type JetStreamManager, type JsMsg } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'

export interface MessagesInput {
  readonly manager: JetStreamManager
  readonly stream: string
  /** @default all */
  readonly subject?: string
}

const FETCH = 500
const EXPIRES_MS = 5_000
const FORGOTTEN_MS = 30_000
const MAX_TRIES = 2

/**
 * All messages that are there now, in order. What reads them at NATS may be lost with its server, so it is made again from
 * the last one read. Throws when NATS does not give all of them: half would seem to be the whole.
 */
export async function* readMessages({ manager, stream, subject }: MessagesInput): AsyncGenerator<JsMsg> {
  let next = 1
  for (let tries = 1; ; tries++) {
    try {
      const { name, num_pending } = await manager.consumers.add(stream, {
        ack_policy: AckPolicy.None,
        ...{ deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: next },
        ...(subject === undefined ? {} : { filter_subject: subject }),
        ...{ inactive_threshold: nanos(FORGOTTEN_MS), mem_storage: true, num_replicas: 1 },
      })
      const consumer = await manager.jetstream().consumers.get(stream, name)
      for (let left = num_pending; left > 0;) {
        const before = left
        for await (const message of await consumer.fetch({
          max_messages: Math.min(FETCH, left),
          expires: EXPIRES_MS,
        })) {
          left--
          next = message.seq + 1
          yield message
        }
        if (left === before) throw new Error(`NATS did not give all messages of ${stream} in time. Try again.`)
      }
      return
    } catch (error) {
      if (tries === MAX_TRIES) throw error
    }
  }
}
