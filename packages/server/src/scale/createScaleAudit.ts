import { randomBytes } from 'node:crypto'
import { toSubject, type Audit } from '../privacy/createAudit.ts'
import type { Bucket } from './createBucket.ts'
import type { RecordedAudit, Recorder } from './createRecorder.ts'
import type { Views } from './createViews.ts'

export interface ScaleAuditOptions {
  readonly salt: string
  readonly recorder: Recorder
  readonly views: Views
}

export const SALT_KEY = 'salt'
const MAX_TRIES = 5

/** What names in the audit are made with: one for all servers, made by the first. Rejects when NATS does not answer. */
export async function readSalt(control: Bucket): Promise<string> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const known = await control.get(SALT_KEY)
    if (known) return known.text
    await control.replace(SALT_KEY, randomBytes(16).toString('base64url'), 0)
  }
  throw new Error('The salt of the audit could neither be read nor written.')
}

/** The audit of a cluster: what a job notes is in its stream before anything else of the job is done. */
export const createScaleAudit = ({ salt, recorder, views }: ScaleAuditOptions): Audit => ({
  add({ about, ...record }) {
    recorder.get().audit.push({ ...record, subject: toSubject(salt, about) })
  },
  toSubject: (id) => toSubject(salt, id),
  wasErased: (visitor) => views.get(visitor)?.wasErased === true,
  // The stream lets them go by itself, and refuses to do so before.
  deleteBefore: () => 0,
})

export const formatAudit = (record: RecordedAudit): string => JSON.stringify({ v: 1, ...record })

/** Reads what `formatAudit` wrote; undefined for what is none. */
export function parseAudit(text: string): RecordedAudit | undefined {
  try {
    const { v, at, actor, action, subject } = JSON.parse(text) as Partial<RecordedAudit> & { v?: unknown }
    return v === 1 && at !== undefined && actor !== undefined && action !== undefined && subject !== undefined
      ? { at, actor, action, subject }
      : undefined
  } catch {
    return undefined
  }
}
