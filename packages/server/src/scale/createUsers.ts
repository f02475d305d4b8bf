import { performance } from 'node:perf_hooks'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import type { Bucket } from './createBucket.ts'
import { createRemembered } from './createRemembered.ts'
import type { Views } from './createViews.ts'
import { getUserKey, type Names } from './getNames.ts'
import { mergeParts, type Span } from './span.ts'

export interface UsersOptions {
  readonly bucket: Bucket
  readonly manager: JetStreamManager
  readonly names: Names
  readonly views: Views
  readonly getSite: () => Site
  /** Told why a user could not be read. */
  readonly onFail?: (error: unknown) => void
  /** How long a list that was read is used without asking again. @default 500 */
  readonly freshMs?: number
  /** How long it may be used when nobody answers. @default 10 minutes */
  readonly staleMs?: number
  /** Users remembered. @default 5 000 */
  readonly limit?: number
  /** Monotonic milliseconds. @default performance.now */
  readonly getTime?: () => number
}

/**
 * Who users are: the list of their visitors, as this process read it a moment ago. Whether a visitor is a user, from when to
 * when, is in the visitor's own state; a list names some too many rather than one too few, so a visitor is put in before they
 * are linked. All that write reject when NATS does not answer.
 */
export interface Users {
  /** Reads a user's list and what its visitors have added. False when nobody answers and nothing is known; never rejects. */
  load(user: string): Promise<boolean>
  /** All visitors that are the user, or were, as far as was loaded. */
  getVisitors(user: string): readonly string[]
  /** Made of what all the visitors have added, under the id of the one who asks. */
  getProfile(user: string, visitor: string): Profile | undefined
  add(user: string, visitor: string): Promise<void>
  /** `link`: of a link that was taken back, the message that still names the user. */
  remove(user: string, visitor: string, link?: number): Promise<void>
  /** Leaves nothing under the user's id. `eraseVisitor` is called before, for each visitor who is not among the erased. */
  erase(user: string, erased: readonly string[], eraseVisitor: (visitor: string) => Promise<void>): Promise<void>
}

interface UserRecord {
  readonly v: 1
  readonly visitors: readonly string[]
  /** Sequences of links that were taken back. */
  readonly former: readonly number[]
}

interface Known {
  record: UserRecord
  revision: number
  /** Visitors who are the user no more: what they have added changes only together with the list. */
  settled: Set<string>
  /** When the revision last rose, and when it was last read, monotonic milliseconds; -Infinity before. */
  changedAt: number
  loadedAt: number
  loading: Promise<boolean> | undefined
}

const NOBODY: UserRecord = { v: 1, visitors: [], former: [] }
const MAX_TRIES = 12
/** No server of NATS that answers is behind the others by so much. */
const BEHIND_MS = 10_000
/** Visitors read at once. */
const MAX_OPEN = 32

const parse = (text: string | undefined): UserRecord => (text === undefined ? NOBODY : (JSON.parse(text) as UserRecord))

export function createUsers({
  bucket,
  manager,
  names,
  views,
  getSite,
  onFail = () => {},
  freshMs = 500,
  staleMs = 600_000,
  limit = 5_000,
  getTime = () => performance.now(),
}: UsersOptions): Users {
  const users = createRemembered(limit, (): Known => ({
    ...{ record: NOBODY, revision: 0, settled: new Set(), changedAt: -Infinity },
    ...{ loadedAt: -Infinity, loading: undefined },
  }))

  /** A server that is behind must not take back what another has told. */
  const note = (user: string, record: UserRecord, revision: number) => {
    const known = users.touch(user)
    const at = getTime()
    if (revision > known.revision) Object.assign(known, { record, revision, changedAt: at, settled: new Set() })
    // Erased through another server; or asked of one that has not heard of the user yet, which does not last.
    else if (revision === 0 && at - known.changedAt > BEHIND_MS)
      Object.assign(known, { record, revision, settled: new Set() })
    known.loadedAt = getTime()
  }

  const isSettled = (user: string, visitor: string) => {
    const spans = views.get(visitor)?.spans?.filter((span) => span.user === user) ?? []
    return spans.length > 0 && spans.every(({ ended }) => ended !== undefined)
  }

  const loadVisitors = async (user: string, { record, settled }: Known): Promise<boolean> => {
    // Each log-in after a log-out adds a visitor, of whom nothing more comes: they are read once.
    const waiting = record.visitors.filter((visitor) => !settled.has(visitor) || !isSettled(user, visitor))
    let isWhole = true
    const work = async () => {
      for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
        isWhole = (await views.load(one)) && isWhole
        if (isSettled(user, one)) settled.add(one)
      }
    }
    await Promise.all(Array.from({ length: Math.min(MAX_OPEN, waiting.length) }, work))
    return isWhole
  }

  const refresh = async (user: string, known: Known): Promise<boolean> => {
    try {
      if (getTime() - known.loadedAt >= freshMs) {
        const value = await bucket.get(getUserKey(user))
        note(user, parse(value?.text), value?.revision ?? 0)
      }
    } catch (error) {
      onFail(error)
      if (getTime() - known.loadedAt > staleMs) return false
    } finally {
      known.loading = undefined
    }
    return loadVisitors(user, known)
  }

  /** Changes a list by compare-and-set; nothing is written where nothing changes. */
  const change = async (user: string, edit: (record: UserRecord) => UserRecord): Promise<void> => {
    const key = getUserKey(user)
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const value = await bucket.getLatest(key)
      const record = parse(value?.text)
      const next = edit(record)
      if (next === record) return note(user, record, value?.revision ?? 0)
      const revision = await bucket.replace(key, JSON.stringify(next), value?.revision ?? 0)
      if (revision !== undefined) return note(user, next, revision)
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20 * (tries + 1)))
    }
    throw new Error('other servers were always faster to write who a user is')
  }

  const getParts = (user: string): Span[] =>
    (users.get(user)?.record.visitors ?? []).flatMap((visitor) =>
      (views.get(visitor)?.spans ?? []).filter((span) => span.user === user),
    )

  return {
    load(user) {
      const known = users.touch(user)
      return (known.loading ??= refresh(user, known))
    },
    getVisitors: (user) => users.get(user)?.record.visitors ?? [],
    getProfile(user, visitor) {
      const { profile } = mergeParts(getParts(user), getSite())
      return profile && { ...profile, visitor }
    },
    add: (user, visitor) =>
      change(user, (record) =>
        record.visitors.includes(visitor) ? record : { ...record, visitors: [...record.visitors, visitor] },
      ),
    async remove(user, visitor, link) {
      await change(user, (record) => {
        if (!record.visitors.includes(visitor)) return record
        const isStill = views.get(visitor)?.spans?.some((span) => span.user === user) && link !== undefined
        const visitors = isStill ? record.visitors : record.visitors.filter((one) => one !== visitor)
        return { ...record, visitors, former: link === undefined ? record.former : [...record.former, link] }
      })
    },
    async erase(user, given, eraseVisitor) {
      const key = getUserKey(user)
      const erased = new Set(given)
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const value = await bucket.getLatest(key)
        const { visitors, former } = parse(value?.text)
        const left = visitors.filter((visitor) => !erased.has(visitor))
        await Promise.all(left.map(eraseVisitor))
        left.forEach((visitor) => erased.add(visitor))
        // The retention may have been faster.
        for (const seq of former) await manager.streams.deleteMessage(names.events, seq).catch(() => false)
        const revision = await bucket.replace(key, JSON.stringify(NOBODY), value?.revision ?? 0)
        if (revision === undefined) continue
        note(user, NOBODY, revision)
        // Up to what was written just now: who has been added since stays.
        await bucket.remove(key, revision)
        return
      }
      throw new Error('other servers were always faster to write who a user is')
    },
  }
}
