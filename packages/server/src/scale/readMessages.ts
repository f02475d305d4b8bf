import type { JetStreamManager, JsMsg } from '@nats-io/jetstream'
import { getStretches } from './getStretches.ts'
import { readStream } from './readStream.ts'

export interface MessagesInput {
  readonly manager: JetStreamManager
  readonly stream: string
  /** @default all */
  readonly subject?: string
}

/** Somebody waits for the answer. */
const MAX_TRIES = 4

/**
 * All messages that are there now, in order, as the server knows that leads. A value of a bucket that changes meanwhile may come a
 * second time. Throws when NATS does not give all of them: half would seem to be the whole.
 */
export async function* readMessages({ manager, stream, subject = '>' }: MessagesInput): AsyncGenerator<JsMsg> {
  for await (const stretch of getStretches(manager, stream))
    for await (const messages of readStream({ manager, stream, subject, ...stretch, maxTries: MAX_TRIES }))
      yield* messages
}
