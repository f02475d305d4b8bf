import type { AuditAction } from '../privacy/createAudit.ts'
import type { StoredEvent } from '../store/createStore.ts'
import type { LinkMessage } from './logMessage.ts'

/** Who a visitor is from now on. */
export interface RecordedLink {
  readonly visitor: string
  readonly message: LinkMessage
}

export interface RecordedAudit {
  readonly at: number
  readonly actor: string
  readonly action: AuditAction
  /** See `Audit.toSubject`. */
  readonly subject: string
}

/** What a job wants to have written. */
export interface Recorded {
  readonly events: { readonly stored: StoredEvent; readonly visitor: string | undefined }[]
  readonly erased: string[]
  readonly erasedUsers: string[]
  readonly links: RecordedLink[]
  /** Digests of proofs that are used up. */
  readonly proofs: string[]
  readonly audit: RecordedAudit[]
  /** Whether it wants a proof that writing works. */
  isMarked: boolean
}

/** Notes what the store is told while a job runs; it is written after the job, all of it or, for the sender, none. */
export interface Recorder {
  /** Runs a job, which is synchronous, and gives what it wanted written. Throws what the job throws. */
  run<T>(job: () => T): { readonly value: T; readonly recorded: Recorded }
  /** Of the job that runs; throws outside of one. */
  get(): Recorded
}

export function createRecorder(): Recorder {
  let current: Recorded | undefined
  return {
    run(job) {
      const recorded: Recorded = {
        ...{ events: [], erased: [], erasedUsers: [], links: [], proofs: [], audit: [] },
        isMarked: false,
      }
      current = recorded
      try {
        return { value: job(), recorded }
      } finally {
        current = undefined
      }
    },
    get() {
      if (!current) throw new Error('The store was written to outside of a job of the writer.')
      return current
    },
  }
}
