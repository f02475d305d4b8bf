import { parseConsent } from './consent.ts'
import { MAX_ROTATION_CONTENTS } from './decision.ts'
import { EVENT_TYPES, MAX_BATCH_EVENTS, MAX_EVENT_BYTES } from './event.ts'
import type { AnyEvent, Batch, BatchReply, EventType, RejectCode } from './event.ts'
import { getOwn, isObject, type Json } from './json.ts'
import { fail, ok, type Result } from './result.ts'

/** A batch whose envelope is sound: its good events (rebuilt from known fields only) and a verdict for each bad one. */
export interface ParsedBatch {
  readonly batch: Batch
  readonly rejected: BatchReply['rej']
}

/** Returns a clean copy, or undefined when the value does not fit. */
type Check = (value: unknown) => Json | undefined

const MAX_DEPTH = 8
const MAX_PIXELS = 10_000_000
/** Three years: whoever reads a duration decides what is plausible; this only keeps the numbers finite. */
const MAX_DURATION_MS = 1e11

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
/** No control characters and no half surrogate pairs: databases and logs cut or mangle them. */
const CLEAN_TEXT = /^[^\p{Cc}\p{Cs}]*$/u

/** A string that others look up or compare: refused when it is too long, never cut. */
const name =
  (max: number, pattern = CLEAN_TEXT): Check =>
  (value) =>
    typeof value === 'string' && value.length <= max && pattern.test(value) ? value : undefined

/** A string for people to read: cut when it is too long, because losing the event would lose more. */
const prose =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' ? value.slice(0, max) : undefined

const oneOf =
  (...options: readonly string[]): Check =>
  (value) =>
    options.includes(value as string) ? (value as string) : undefined

const between =
  (min: number, max: number): Check =>
  (value) =>
    typeof value === 'number' && value >= min && value <= max ? value : undefined

const whole =
  (min: number, max: number): Check =>
  (value) =>
    Number.isInteger(value) ? between(min, max)(value) : undefined

const list =
  (item: Check, min: number, max: number): Check =>
  (value) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) return undefined
    const items = value.map(item)
    return items.includes(undefined) ? undefined : (items as Json[])
  }

const record =
  (key: RegExp, item: Check, max: number): Check =>
  (value) => {
    if (!isObject(value) || Object.keys(value).length > max) return undefined
    const entries = Object.entries(value).map(
      ([field, member]) => [field, key.test(field) ? item(member) : undefined] as const,
    )
    return entries.some(([, member]) => member === undefined) ? undefined : (Object.fromEntries(entries) as Json)
  }

/** Unknown fields are left out, not refused: a newer page may send more than this collector knows. */
const fields =
  (required: Record<string, Check>, optional: Record<string, Check> = {}): Check =>
  (value) => {
    if (!isObject(value)) return undefined
    const copy: Record<string, Json> = {}
    for (const [field, check] of Object.entries({ ...required, ...optional })) {
      const own = getOwn(value, field)
      if (own === undefined && !(field in required)) continue
      const clean = check(own)
      if (clean === undefined) return undefined
      copy[field] = clean
    }
    return copy
  }

/** Copies plain JSON without `__proto__` members; too deep or not JSON: undefined. */
function copyJson(value: unknown, depth: number): Json | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (depth === 0) return undefined
  if (Array.isArray(value)) {
    const items = value.map((item) => copyJson(item, depth - 1))
    return items.includes(undefined) ? undefined : (items as Json[])
  }
  if (!isObject(value)) return undefined
  const entries = Object.entries(value)
    .filter(([field]) => field !== '__proto__')
    .map(([field, member]) => [field, copyJson(member, depth - 1)] as const)
  return entries.some(([, member]) => member === undefined) ? undefined : (Object.fromEntries(entries) as Json)
}

const jsonObject: Check = (value) => (isObject(value) ? copyJson(value, MAX_DEPTH) : undefined)

const id = name(100)
const duration = between(0, MAX_DURATION_MS)
const pixels = between(-MAX_PIXELS, MAX_PIXELS)
const rev = whole(0, 1e9)

const engagement = fields({ rev, visibleMs: duration, activeMs: duration })

const checks: Record<EventType, Check> = {
  page_view: fields({
    kind: oneOf('load', 'reload', 'restore', 'route'),
    title: prose(300),
    source: fields(
      {},
      {
        class: oneOf('direct', 'internal', 'search', 'social', 'email', 'paid', 'campaign', 'referral'),
        host: prose(255),
        utm: record(/^[a-z0-9_]{1,40}$/, prose(200), 20),
        clickId: prose(40),
      },
    ),
  }),
  exposure: fields(
    {
      slot: id,
      outcome: oneOf('variant', 'late', 'timeout', 'baseline', 'control', 'holdout', 'blocked', 'error'),
      reason: name(40, /^[a-z_]+$/),
      hiddenMs: duration,
    },
    { experience: id, variant: id, profileMs: duration },
  ),
  engagement: (value) => {
    const clean = engagement(value) as { rev: number; visibleMs: number; activeMs: number } | undefined
    return clean && { ...clean, activeMs: Math.min(clean.activeMs, clean.visibleMs) }
  },
  pointer: fields({
    rev,
    kind: oneOf('mouse', 'touch', 'pen'),
    viewport: list(between(0, MAX_PIXELS), 2, 2),
    slots: list(id, 0, 100),
    samples: list(pixels, 0, 8_192),
    at: list(pixels, 0, 8_192),
  }),
  scroll: fields({
    rev,
    maxPercent: between(0, 100),
    maxY: between(0, MAX_PIXELS),
    documentHeight: between(0, MAX_PIXELS),
  }),
  interaction: fields(
    { kind: oneOf('click', 'submit'), target: prose(200) },
    { slot: id, experience: id, variant: id, href: prose(2_048) },
  ),
  rotation: fields(
    { slot: id, index: whole(0, MAX_ROTATION_CONTENTS), cause: oneOf('auto', 'hand'), shownMs: duration },
    { experience: id, variant: id },
  ),
  conversion: fields({ goal: id }, { value: between(-1e12, 1e12), currency: name(3, /^[A-Z]{3}$/) }),
  attributes: fields({ set: jsonObject }),
  custom: fields({ name: id }, { props: jsonObject }),
  error: fields({ code: name(64) }, { slot: id, message: prose(500) }),
}

const checkHead = fields({
  i: name(36, UUID_V7),
  n: whole(0, 1e9),
  pv: name(36, UUID_V7),
  t: oneOf(...EVENT_TYPES),
  at: between(-8.64e15, 8.64e15),
  mt: duration,
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

function parseEvent(value: unknown): AnyEvent | RejectCode {
  const head = checkHead(value) as Omit<AnyEvent, 'p'> | undefined
  if (!head) return 'schema'
  const p = checks[head.t](getOwn(value as object, 'p'))
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
  sent.forEach((item: unknown, index) => {
    const event = parseEvent(item)
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
