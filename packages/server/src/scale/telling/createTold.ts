import { createHash } from 'node:crypto'
import { isVisitorId } from '../../http/visitorCookie.ts'
import type { Bucket } from '../createBucket.ts'
import { getPartition } from '../getPartition.ts'
import { formatTold, NOTHING_TOLD, parseTold, type ToldState } from './toldState.ts'

/** What one change may do to a value, in place. */
export type Draft = { -readonly [name in keyof ToldState]: ToldState[name] }

/** A fault of ours, or of an operator of the site's own: it would come again, so nobody should insist. */
export class TellingFault extends Error {}

export interface ToldOptions {
  readonly bucket: Bucket
  readonly partitions: number
  /** What the keys of users are made with, so that they name nobody. */
  readonly salt: string
  /** Told of each value that was written here. */
  readonly onWrite?: (key: string, state: ToldState, revision: number) => void
  /** Values kept with their revision. @default 5 000 */
  readonly limit?: number
}

export interface ToldValue {
  readonly state: ToldState
  /** 0 where there is none. */
  readonly revision: number
}

/** The values of a cluster's webhooks, one for each visitor and user. All reject when NATS does not answer. */
export interface Told {
  /** Where the value of a subject is: its partition, a dot and a name. */
  getKey(subject: string): string
  /** As it is now, not as it was a moment ago. */
  read(key: string): Promise<ToldValue>
  /** Somebody has written this revision; what is known of an earlier one is read anew. */
  forget(key: string, revision: number): void
  /** The same for all values of a partition. */
  forgetPartition(partition: number): void
  /**
   * Changes a value by compare-and-set; the job, which is synchronous, runs again when somebody else was faster. Nothing is written where
   * nothing but `seqs` changes, unless the job answers true. Rejects with a TellingFault when the job throws.
   */
  edit(key: string, subject: string | undefined, job: (draft: Draft) => boolean | void): Promise<void>
}

interface Kept extends ToldValue {
  readonly text: string | undefined
}

const MAX_TRIES = 20
const USER = 'u_'
const isOfUser = (key: string) => key.startsWith(USER, key.indexOf('.') + 1)

export function createTold({ bucket, partitions, salt, onWrite = () => {}, limit = 5_000 }: ToldOptions): Told {
  const kept = new Map<string, Kept>()

  const keep = (key: string, one: Kept) => {
    // An answer that was long on its way is not what there is now.
    if ((kept.get(key)?.revision ?? 0) > one.revision) return
    kept.delete(key)
    kept.set(key, one)
    const [oldest] = kept.keys()
    if (kept.size > limit && oldest !== undefined) kept.delete(oldest)
  }

  const read = async (key: string): Promise<Kept> => {
    const value = await bucket.getLatest(key)
    const one = { state: parseTold(value?.text), text: value?.text, revision: value?.revision ?? 0 }
    keep(key, one)
    return one
  }

  /** Undefined where nothing is to be written. */
  const change = (known: Kept, subject: string | undefined, job: (draft: Draft) => boolean | void) => {
    const draft: Draft = { ...known.state }
    try {
      const isForced = job(draft) === true
      if (subject !== undefined) draft.subject = subject
      const before = known.text ?? formatTold(NOTHING_TOLD)
      if (!isForced && formatTold({ ...draft, seqs: known.state.seqs }) === before) return undefined
      return formatTold(draft)
    } catch (error) {
      throw new TellingFault(error instanceof Error ? error.message : String(error))
    }
  }

  return {
    getKey(subject) {
      const isVisitor: boolean = isVisitorId(subject)
      const name = isVisitor
        ? subject
        : `${USER}${createHash('sha256').update(`${salt} ${subject}`).digest('base64url').slice(0, 22)}`
      return `${getPartition(name, partitions)}.${name}`
    },
    read,
    forget(key, revision) {
      if (revision > (kept.get(key)?.revision ?? Infinity)) kept.delete(key)
    },
    forgetPartition(partition) {
      for (const key of kept.keys()) if (key.startsWith(`${partition}.`)) kept.delete(key)
    },
    async edit(key, subject, job) {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        // Any worker may write of a user, and what is known of them may be what another has changed.
        const known = (isOfUser(key) ? undefined : kept.get(key)) ?? (await read(key))
        const text = change(known, subject, job)
        if (text === undefined) return
        // Whether it was written is not known when this rejects; the next look tells.
        kept.delete(key)
        const revision = await bucket.replace(key, text, known.revision)
        if (revision !== undefined) {
          const state = parseTold(text)
          keep(key, { state, text, revision })
          return onWrite(key, state, revision)
        }
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * tries))
      }
      throw new Error('other servers were always faster to write what webhooks keep')
    },
  }
}
