import type { JetStreamManager, JsMsg } from '@nats-io/jetstream'
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
 * All messages that are there when the end is reached, in order, as the server knows that leads. A value of a bucket that changes
 * meanwhile moves to the end, and may come a second time. Throws when NATS does not give all of them: half would seem to be the whole.
 */
export async function* readMessages({ manager, stream, subject = '>' }: MessagesInput): AsyncGenerator<JsMsg> {
  for await (const messages of readStream({ manager, stream, subject, from: 1, maxTries: MAX_TRIES })) yield* messages
}
