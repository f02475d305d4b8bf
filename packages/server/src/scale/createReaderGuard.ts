import type { JetStreamManager, JsMsg } from '@nats-io/jetstream'
import { findNext } from './findNext.ts'

export interface ReaderGuardInput {
  readonly manager: JetStreamManager
  readonly stream: string
  /** What the reader was asked for: which messages, and the sequence of the first. */
  readonly subject: string
  readonly from: number
}

/**
 * Notices what goes wrong with a reader at NATS, which lives on one server of the cluster: on one that has come back and is behind the
 * others, it begins too early, or says that there is nothing more. Whoever is told so makes the reader anew.
 */
export interface ReaderGuard {
  /** Of every message that came, in order. Throws when one was lost on its way, or when this one is from before `from`. */
  take(message: JsMsg): void
  /** After each request that gave nothing. Rejects at the second time that the server which leads has the same message. */
  checkNothing(): Promise<void>
  /** Whether the last request gave nothing although there was something. */
  isSuspect(): boolean
}

export function createReaderGuard({ manager, stream, subject, from }: ReaderGuardInput): ReaderGuard {
  let next = from
  let delivered = 0
  let missed: number | undefined

  return {
    take({ seq, info }) {
      if (info.deliverySequence !== ++delivered) throw new Error('a message was lost on its way')
      // NATS lets a reader that is to begin after the end of its server begin at that end, and the server may be behind.
      if (seq < next) throw new Error(`what reads it began at ${seq} instead of ${next}`)
      next = seq + 1
      missed = undefined
    },
    async checkNothing() {
      const waiting = (await findNext(manager, stream, subject, next))?.seq
      if (waiting !== undefined && waiting === missed) throw new Error('what reads it stood still')
      missed = waiting
    },
    isSuspect: () => missed !== undefined,
  }
}
