import { JetStreamApiCodes, JetStreamApiError, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream'
import { getBucketStream, getKeySubject } from './getNames.ts'

/** A value, and the revision that the next write of its key must name. */
export interface BucketValue {
  readonly text: string
  readonly revision: number
}

/** A bucket of key-value pairs on several servers, with compare-and-set. All reject when NATS does not answer in time. */
export interface Bucket {
  /** From any server that has the bucket, so that it works while a leader is elected; may be a moment behind. */
  get(key: string): Promise<BucketValue | undefined>
  /** From the server that leads, so never behind. */
  getLatest(key: string): Promise<BucketValue | undefined>
  /** Writes when nobody has written since `revision` (0: no value yet). The new revision; undefined when somebody has. */
  replace(key: string, text: string, revision: number): Promise<number | undefined>
  /** Leaves nothing of a key, not even that it was there. A value after `revision` stays. @default whatever there is */
  remove(key: string, revision?: number): Promise<void>
}

export interface BucketInput {
  readonly manager: JetStreamManager
  readonly client: JetStreamClient
  readonly name: string
}

/** NATS' own code, https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const NO_MESSAGE = 10_037

const CONFLICTS: readonly number[] = [
  JetStreamApiCodes.StreamWrongLastSequence,
  JetStreamApiCodes.StreamWrongLastSequenceUnknown,
]

export function createBucket({ manager, client, name }: BucketInput): Bucket {
  const stream = getBucketStream(name)
  return {
    async get(key) {
      const message = await manager.direct.getMessage(stream, { last_by_subj: getKeySubject(name, key) })
      return message ? { text: message.string(), revision: message.seq } : undefined
    },
    async getLatest(key) {
      try {
        const message = await manager.streams.getMessage(stream, { last_by_subj: getKeySubject(name, key) })
        return message ? { text: message.string(), revision: message.seq } : undefined
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === NO_MESSAGE) return undefined
        throw error
      }
    },
    async replace(key, text, revision) {
      try {
        const expect = { lastSubjectSequence: revision }
        return (await client.publish(getKeySubject(name, key), text, { expect })).seq
      } catch (error) {
        if (error instanceof JetStreamApiError && CONFLICTS.includes(error.code)) return undefined
        throw error
      }
    },
    async remove(key, revision) {
      const filter = getKeySubject(name, key)
      await manager.streams.purge(stream, revision === undefined ? { filter } : { filter, seq: revision + 1 })
    },
  }
}
