import { fail, isObject, ok, parseBatch, type AttributesChange, type Event, type Result } from '@unblink/protocol'
import { randomUUID } from 'node:crypto'

const NAME = /^[A-Za-z][\w-]{0,59}$/
/** What the server works out itself. */
const DERIVED = ['visits', 'views', 'intent', 'goals', 'audiences']

/** A UUIDv7 (RFC 9562): the time first, then random bits. */
function createEventId(now: number): string {
  const time = now.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/**
 * Checks attributes that a site's own server wants to set, and wraps them into the event that says so. `holdings` takes
 * a list of strings, null takes an attribute away.
 * @param id The event's id, a UUIDv7, for who must be able to tell a repeat. @default a new one
 */
export function parseAttributeSet(set: unknown, now: number, id = createEventId(now)): Result<Event<'attributes'>> {
  if (!isObject(set)) return fail('set: expected an object of attributes')
  const misnamed = Object.keys(set).find((name) => !NAME.test(name))
  if (misnamed !== undefined) {
    return fail(
      `set: ${JSON.stringify(misnamed)} cannot be a name; use letters, digits, _ and -, a letter first, no dots`,
    )
  }
  const derived = DERIVED.find((name) => Object.hasOwn(set, name))
  if (derived) return fail(`set.${derived}: is worked out from events and cannot be set; choose another name`)
  const holdings = Object.hasOwn(set, 'holdings') ? set['holdings'] : []
  if (!Array.isArray(holdings) || !holdings.every((item) => typeof item === 'string')) {
    return fail('set.holdings: expected a list of strings')
  }
  // The parser of batches knows the bounds of an event; there is one such place.
  const event = {
    i: id,
    n: 0,
    pv: createEventId(now),
    t: 'attributes',
    at: now,
    mt: 0,
    lo: '',
    p: { set },
  }
  const parsed = parseBatch({ v: 1, key: 'server', session: '', sentAt: now, events: [event] })
  if (!parsed.ok) return parsed
  const [accepted] = parsed.value.batch.events
  if (accepted?.t === 'attributes') return ok(accepted as Event<'attributes'> & { readonly p: AttributesChange })
  const code = parsed.value.rejected[0]?.c
  return fail(
    code === 'size'
      ? 'set: larger than 16 KiB; set less at once'
      : 'set: not plain JSON, or nested deeper than 7 levels',
  )
}
