import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream'
import { createPseudonym } from '../export/createPseudonym.ts'
import { isInside, type Page } from '../export/createPages.ts'
import type { BoundSelection } from '../export/exportLog.ts'
import { toProfileRow } from '../export/toProfileRow.ts'
import { toUserKey } from '../identity/toUserKey.ts'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import { createIdSet } from './createIdSet.ts'
import { findNext } from './findNext.ts'
import { parseState } from './foldedState.ts'
import { getBucketStream, getKeySubject, type Names } from './getNames.ts'
import { getStretches, type Stretch } from './getStretches.ts'
import { readStream, type StreamInput } from './readStream.ts'
import { mergeParts, type Span } from './span.ts'

export interface ProfilePagesInput extends BoundSelection {
  readonly manager: JetStreamManager
  readonly names: Names
  readonly site: Site
  /** The key of pseudonyms. */
  readonly salt: string
}

/** Visitors of one user read at once. */
const MAX_OPEN = 32

interface Entry {
  readonly key: string
  readonly text: string
}

type Message = Pick<StoredMsg, 'seq' | 'subject' | 'string'>
type ReadAll = (input: StreamInput) => AsyncIterable<readonly Message[]>

interface Entries {
  readonly entries: readonly Entry[]
  readonly share: number
}

/** Each key of a bucket once, also while values change. */
async function* readBucket(manager: JetStreamManager, bucket: string, read: ReadAll): AsyncGenerator<Entries> {
  const stream = getBucketStream(bucket)
  const prefix = getKeySubject(bucket, '')
  const known = createIdSet()
  let whole: Stretch | undefined
  for await (const { from, last } of getStretches(manager, stream)) {
    whole ??= { from, last }
    for await (const messages of read({ manager, stream, subject: `${prefix}>`, from, last })) {
      const entries = messages.flatMap((message): Entry[] => {
        const key = message.subject.slice(prefix.length)
        const text = message.string()
        return text !== '' && known.add(key) ? [{ key, text }] : []
      })
      const done = messages.at(-1)!.seq - whole.from + 1
      yield { entries, share: Math.min(1, done / (whole.last - whole.from + 1)) }
    }
  }
}

/** One by one, and without a reader at NATS: an erased user's list is purged, which may move readers on; see `openReader`. */
async function* readSingly({
  manager,
  stream,
  subject,
  from,
  last = Infinity,
}: StreamInput): AsyncGenerator<readonly Message[]> {
  for (let next = from; ;) {
    const message = await findNext(manager, stream, subject, next)
    if (!message || message.seq > last) return
    next = message.seq + 1
    yield [message]
  }
}

/** What one visitor has added to a user's profile, in each time in which they were the user. */
async function readParts({ manager, names }: ProfilePagesInput, visitor: string, user: string): Promise<Span[]> {
  const subject = getKeySubject(names.profiles, visitor)
  const message = await findNext(manager, getBucketStream(names.profiles), subject, 1)
  const text = message?.string() ?? ''
  return text === '' ? [] : (parseState(text).spans ?? []).filter((span) => span.user === user)
}

async function readUser(input: ProfilePagesInput, { key, text }: Entry): Promise<Profile | undefined> {
  const user = Buffer.from(key, 'base64url').toString()
  const waiting = [...(JSON.parse(text) as { readonly visitors: readonly string[] }).visitors]
  const parts: Span[] = []
  const work = async () => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop())
      parts.push(...(await readParts(input, one, user)))
  }
  await Promise.all(Array.from({ length: Math.min(MAX_OPEN, waiting.length) }, work))
  const { profile } = mergeParts(parts, input.site)
  return profile && { ...profile, visitor: toUserKey(user) }
}

/** Visitors, in the order in which their profiles were last written, then users, whose profiles are made of what their visitors have added. */
export async function* readProfilePages(input: ProfilePagesInput, size: number): AsyncGenerator<Page> {
  const { manager, names, salt, isPseudonymous } = input
  const toId = isPseudonymous ? createPseudonym(salt, 'export') : (id: string) => id
  const toRows = (profile: Profile | undefined) =>
    profile && isInside(profile.lastSeenAt, input) ? [toProfileRow(profile, toId(profile.visitor))] : []
  const readPieces: ReadAll = (range) => readStream({ ...range, size })
  for await (const { entries, share } of readBucket(manager, names.profiles, readPieces))
    yield { rows: entries.flatMap(({ text }) => toRows(parseState(text).profile)), position: 0, share: 0.9 * share }
  for await (const { entries, share } of readBucket(manager, names.users, readSingly)) {
    const profiles = await Promise.all(entries.map((entry) => readUser(input, entry)))
    yield { rows: profiles.flatMap(toRows), position: 0, share: 0.9 + 0.1 * share }
  }
}
