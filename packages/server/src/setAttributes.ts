import type { Result } from '@unblink/protocol'
import { fail, ok } from '@unblink/protocol'
import { collect } from './collector/collect.ts'
import { isVisitorId } from './http/visitorCookie.ts'
import { MAX_ENTRIES } from './profile/fold.ts'
import { parseAttributeSet } from './profile/parseAttributeSet.ts'
import type { ServerContext } from './serverContext.ts'
import { fetchProfile } from './store/fetchProfile.ts'

/** Above this, a profile is no longer a few facts about a visitor but a database of its own. */
const MAX_CUSTOM_BYTES = 64 * 1024

class TooManyAttributes extends Error {}

/**
 * Sets attributes of a visitor, known or new: an `attributes` event in the log, folded in the same transaction.
 * `status` tells whose fault an error is: 400 the caller's, 503 the server's.
 * @param actor Who sets them, for the audit. @default the process itself, which answers for itself
 */
export async function setAttributes(
  context: ServerContext,
  visitor: string,
  set: unknown,
  actor?: string,
): Promise<Result<undefined> & { readonly status: 200 | 400 | 503 }> {
  if (!isVisitorId(visitor)) return { ...fail('The visitor id is not a UUIDv4 in lower case.'), status: 400 }
  const { store, writer, hub, audit, now } = context
  const { site } = context.publication
  const receivedAt = now()
  const event = parseAttributeSet(set, receivedAt)
  if (!event.ok) return { ...event, status: 400 }
  if (!(await fetchProfile(store, visitor)))
    return { ...fail('The visitor cannot be read just now. Try again later.'), status: 503 }
  const job = () => {
    const collected = collect({ site, store, events: [event.value], visitor, sentAt: receivedAt, receivedAt })
    const custom = collected.profile?.custom ?? {}
    const isFull = Object.keys(event.value.p.set).some(
      (name) => name !== 'holdings' && event.value.p.set[name] !== null && !Object.hasOwn(custom, name),
    )
    if (isFull || Buffer.byteLength(JSON.stringify(custom)) > MAX_CUSTOM_BYTES) throw new TooManyAttributes()
    if (actor !== undefined) audit.add({ at: receivedAt, actor, action: 'attributes', about: visitor })
    return collected
  }
  const written = await writer.write(job, Buffer.byteLength(JSON.stringify(event.value)))
  switch (written.type) {
    case 'written': {
      const { stored, profile } = written.value
      hub.publish(visitor, { stored, ...(profile ? { profile } : {}) })
      context.tap(site, stored, visitor)
      return { ...ok(undefined), status: 200 }
    }
    case 'refused':
      if (!(written.error instanceof TooManyAttributes)) throw written.error
      return {
        ...fail(
          `set: a visitor can have ${MAX_ENTRIES} attributes and ${MAX_CUSTOM_BYTES} bytes of them; set unneeded ones to null`,
        ),
        status: 400,
      }
    default:
      return { ...fail('The attributes could not be written. Try again later.'), status: 503 }
  }
}
