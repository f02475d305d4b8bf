import { isDeepStrictEqual } from 'node:util'
import type { Json } from '@unblink/protocol'
import { collect } from './collector/collect.ts'
import { isVisitorId } from './http/visitorCookie.ts'
import { MAX_ENTRIES } from './profile/fold.ts'
import { parseAttributeSet } from './profile/parseAttributeSet.ts'
import type { Profile } from './profile/profile.ts'
import type { ServerContext } from './serverContext.ts'
import { fetchProfile } from './store/fetchProfile.ts'

/** Above this, a profile is no longer a few facts about a visitor but a database of its own. */
const MAX_CUSTOM_BYTES = 64 * 1024

/** Why a job took back what it did. Never leaves this file. */
class NotSet extends Error {
  readonly why: 'full' | 'erased' | 'not-theirs' | 'dry-run'
  constructor(why: NotSet['why']) {
    super(why)
    this.why = why
  }
}

/** For those who tell of many visitors. */
export interface SetOptions {
  /** The id of the event: when it has been stored before, nothing happens. @default a new one */
  readonly eventId?: string
  /** Writes nothing where nothing would change. @default false */
  readonly onlyChanges?: boolean
  /** Leaves a visitor erased who was: 410. @default false: whoever names one visitor means them */
  readonly exceptErased?: boolean
  /** Sets them only while the visitor is this user, else 400. @default whoever they are */
  readonly user?: string
  /** Judges, and writes nothing. @default false */
  readonly isDryRun?: boolean
}

/** `same`: it was so already, or the event had been stored before. `status` tells whose fault an error is: 503 the server's. */
export type SetResult =
  | { readonly ok: true; readonly value: 'set' | 'same'; readonly status: 200 }
  | { readonly ok: false; readonly error: string; readonly status: 400 | 410 | 503 }

/** Whether a profile is already as it would be made. */
function isSame(profile: Profile | undefined, set: Readonly<Record<string, Json>>): boolean {
  const { custom = {}, holdings = [] } = profile ?? {}
  return Object.entries(set).every(([name, value]) => {
    if (name === 'holdings') return isDeepStrictEqual([...new Set(value as readonly string[])], holdings)
    return value === null ? !Object.hasOwn(custom, name) : isDeepStrictEqual(custom[name], value)
  })
}

const done = (value: 'set' | 'same'): SetResult => ({ ok: true, value, status: 200 })
const fault = (status: 400 | 410 | 503, error: string): SetResult => ({ ok: false, error, status })

const refused = (why: NotSet['why']): SetResult => {
  switch (why) {
    case 'full':
      return fault(
        400,
        `set: a visitor can have ${MAX_ENTRIES} attributes and ${MAX_CUSTOM_BYTES} bytes of them; set unneeded ones to null`,
      )
    case 'erased':
      return fault(410, 'The visitor has been erased here. Take them out of what you send.')
    case 'not-theirs':
      return fault(400, 'The visitor is not this user any more. Send it again.')
    case 'dry-run':
      return done('set')
  }
}

/**
 * Sets attributes of a visitor, known or new: an `attributes` event in the log, folded in the same transaction.
 * @param actor Who sets them, for the audit. @default the process itself, which answers for itself
 */
export async function setAttributes(
  context: ServerContext,
  visitor: string,
  set: unknown,
  actor?: string,
  { eventId, onlyChanges = false, exceptErased = false, user, isDryRun = false }: SetOptions = {},
): Promise<SetResult> {
  if (!isVisitorId(visitor)) return fault(400, 'The visitor id is not a UUIDv4 in lower case.')
  const { store, writer, hub, audit, erased, links, now } = context
  const { site } = context.publication
  const receivedAt = now()
  const event = parseAttributeSet(set, receivedAt, eventId)
  if (!event.ok) return fault(400, event.error)
  if (!(await fetchProfile(store, visitor))) return fault(503, 'The visitor cannot be read just now. Try again later.')
  const job = () => {
    if (exceptErased && (erased.has(visitor) || audit.wasErased(visitor))) throw new NotSet('erased')
    if (user !== undefined && links.getUser(visitor) !== user) throw new NotSet('not-theirs')
    if (onlyChanges && isSame(store.getProfile(visitor), event.value.p.set)) return undefined
    const collected = collect({ site, store, events: [event.value], visitor, sentAt: receivedAt, receivedAt })
    if (collected.stored.length === 0) return undefined
    const custom = collected.profile?.custom ?? {}
    const isFull = Object.keys(event.value.p.set).some(
      (name) => name !== 'holdings' && event.value.p.set[name] !== null && !Object.hasOwn(custom, name),
    )
    if (isFull || Buffer.byteLength(JSON.stringify(custom)) > MAX_CUSTOM_BYTES) throw new NotSet('full')
    // Only now is it known to be sound; a job that throws takes back what it wrote.
    if (isDryRun) throw new NotSet('dry-run')
    if (actor !== undefined) audit.add({ at: receivedAt, actor, action: 'attributes', about: visitor })
    return collected
  }
  const written = await writer.write(job, Buffer.byteLength(JSON.stringify(event.value)))
  switch (written.type) {
    case 'written': {
      if (!written.value) return done('same')
      const { stored, profile } = written.value
      hub.publish(visitor, { stored, ...(profile ? { profile } : {}) })
      context.tap(site, stored, visitor)
      return done('set')
    }
    case 'refused':
      if (written.error instanceof NotSet) return refused(written.error.why)
      throw written.error
    default:
      return fault(503, 'The attributes could not be written. Try again later.')
  }
}
