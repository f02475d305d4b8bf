import { between, CLEAN_TEXT, fields, name, oneOf, whole } from './check.ts'
import { parseConsent } from './consent.ts'
import { EVENT_TYPES, MAX_BATCH_EVENTS, MAX_EVENT_BYTES } from './event.ts'
import type { AnyEvent, Batch, BatchReply, RejectCode } from './event.ts'
import { getOwn, isObject } from './json.ts'
import { MAX_DURATION_MS, parsePayload } from './parsePayload.ts'
import { fail, ok, type Result } from './result.ts'

/** A batch whose envelope is sound: its good events (rebuilt from known fields only) and a verdict for each bad one. */
export interface ParsedBatch {
  readonly batch: Batch
  readonly rejected: BatchReply['rej']
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const checkHead = fields({
  i: name(36, UUID_V7),
  n: whole(0, 1e9),
  pv: name(36, UUID_V7),
  t: oneOf(...EVENT_TYPES),
  at: between(-8.64e15, 8.64e15),
  mt: between(0, MAX_DURATION_MS),
  lo: name(2_048),
})

const checkDrop = whole(0, 1e9)

/** UTF-8 bytes of a well-formed string; this package has no TextEncoder. */
function getByteLength(value: string): number {
  let bytes = value.length
  for (let index = 0; index < value.length; index++) {
    const unit = value.charCodeAt(index)
    // Each half of a surrogate pair counts two: four bytes for the pair.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1
  }
  return bytes
}

/** An event that leaves out its view or place has that of the one before: most of a batch are of one view. */
function complete(event: unknown, before: object): unknown {
  if (!isObject(event) || (Object.hasOwn(event, 'pv') && Object.hasOwn(event, 'lo'))) return event
  return { pv: getOwn(before, 'pv'), lo: getOwn(before, 'lo'), ...event }
}

function parseEvent(value: unknown): AnyEvent | RejectCode {
  const head = checkHead(value) as Omit<AnyEvent, 'p'> | undefined
  if (!head) return 'schema'
  const p = parsePayload(head.t, getOwn(value as object, 'p'))
  if (p === undefined) return 'schema'
  const event = { ...head, p } as unknown as AnyEvent
  return getByteLength(JSON.stringify(event)) > MAX_EVENT_BYTES ? 'size' : event
}

/** The id to name in a verdict; an event without a usable one is named by its place in the batch: `#3`. */
function getEventId(value: unknown, index: number): string {
  const own = isObject(value) ? getOwn(value, 'i') : undefined
  return typeof own === 'string' && own !== '' && own.length <= 64 && CLEAN_TEXT.test(own) ? own : `#${index}`
}

function parseDrops(value: unknown): Record<string, number> {
  const drops = isObject(value) ? Object.entries(value).slice(0, 20) : []
  return Object.fromEntries(
    drops.filter(([reason, count]) => /^[\w.-]{1,40}$/.test(reason) && checkDrop(count)) as [string, number][],
  )
}

/**
 * Reads a batch of any origin. Fails only when the envelope itself is unusable; a bad event gets its own verdict
 * (`schema` or `size`) and never spoils the others. Values are copied field by field, so nothing unknown passes on.
 */
export function parseBatch(value: unknown): Result<ParsedBatch> {
  if (!isObject(value) || getOwn(value, 'v') !== 1) return fail('batch: not an object with v: 1')
  const key = name(100)(getOwn(value, 'key')) as string | undefined
  if (!key) return fail('batch.key: expected the site key, a string of at most 100 characters')
  const session = name(64)(getOwn(value, 'session')) as string | undefined
  if (session === undefined) return fail('batch.session: expected a string of at most 64 characters')
  const sentAt = between(-8.64e15, 8.64e15)(getOwn(value, 'sentAt')) as number | undefined
  if (sentAt === undefined) return fail('batch.sentAt: expected epoch milliseconds')
  const sent = getOwn(value, 'events')
  if (!Array.isArray(sent)) return fail('batch.events: expected an array')
  if (sent.length > MAX_BATCH_EVENTS)
    return fail(`batch.events: expected at most ${MAX_BATCH_EVENTS}, got ${sent.length}`)

  const events: AnyEvent[] = []
  const rejected: { i: string; c: RejectCode }[] = []
  let before: object = {}
  sent.forEach((item: unknown, index) => {
    const whole = complete(item, before)
    if (isObject(whole)) before = whole
    const event = parseEvent(whole)
    if (typeof event === 'string') rejected.push({ i: getEventId(item, index), c: event })
    else events.push(event)
  })
  const visitor = name(64)(getOwn(value, 'visitor')) as string | undefined
  const drops = parseDrops(getOwn(value, 'drops'))
  return ok({
    batch: {
      v: 1,
      key,
      ...(visitor ? { visitor } : {}),
      session,
      sentAt,
      consent: parseConsent(getOwn(value, 'consent')),
      ...(Object.keys(drops).length > 0 ? { drops } : {}),
      events,
    },
    rejected,
  })
}
