import { between, fields, jsonObject, list, name, oneOf, prose, record, whole, type Check } from './check.ts'
import { MAX_ROTATION_CONTENTS } from './decision.ts'
import { GRID_COLUMNS, GRID_ROWS } from './event.ts'
import type { EventType } from './event.ts'
import type { Json } from './json.ts'
import { unpackNumbers } from './unpackNumbers.ts'

const MAX_PIXELS = 10_000_000
/** Three years: whoever reads a duration decides what is plausible; this only keeps the numbers finite. */
export const MAX_DURATION_MS = 1e11

/** A list of numbers, or what `packNumbers` made of one whose unit is `factor` of ours. */
const packed =
  (factor: number, item: Check, max: number): Check =>
  (value) =>
    list(item, 0, max)(typeof value === 'string' ? unpackNumbers(value)?.map((number) => number * factor) : value)

const id = name(100)
const duration = between(0, MAX_DURATION_MS)
const pixels = between(-MAX_PIXELS, MAX_PIXELS)
const rev = whole(0, 1e9)
const shown = { experience: id, variant: id }
/** See `Chance`. */
const chance: Check = (value) => {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const pair = [between(0, 1)(value[0]), id(value[1])]
  return pair.includes(undefined) ? undefined : (pair as Json)
}
const outcome = oneOf('variant', 'late', 'timeout', 'baseline', 'control', 'holdout', 'blocked', 'error')

interface Attention {
  readonly visibleMs: number
  readonly activeMs: number
  readonly slots?: Readonly<Record<string, readonly [number, number]>>
}

const engagement = fields(
  { rev, visibleMs: duration, activeMs: duration },
  { slots: record(/^[^\p{Cc}\p{Cs}]{1,100}$/u, list(duration, 2, 2), 100) },
)

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
      outcome,
      reason: name(40, /^[a-z_]+$/),
      hiddenMs: duration,
    },
    { ...shown, profileMs: duration, chance },
  ),
  impression: fields({ slot: id }, { ...shown, index: whole(0, MAX_ROTATION_CONTENTS) }),
  // No slot has been seen for longer than its page, and nobody was active for longer than they were there.
  engagement: (value) => {
    const clean = engagement(value) as Attention | undefined
    if (!clean) return undefined
    const { visibleMs } = clean
    const slots = Object.entries(clean.slots ?? {}).map(([slot, [seenMs, activeMs]]) => {
      const ms = Math.min(seenMs, visibleMs)
      return [slot, [ms, Math.min(activeMs, ms)]] as const
    })
    return {
      ...clean,
      activeMs: Math.min(clean.activeMs, visibleMs),
      ...(clean.slots && { slots: Object.fromEntries(slots) }),
    }
  },
  pointer: fields(
    {
      rev,
      kind: oneOf('mouse', 'touch', 'pen'),
      viewport: list(between(0, MAX_PIXELS), 2, 2),
      slots: list(id, 0, 100),
      samples: packed(1, pixels, 8_192),
      at: packed(10, pixels, 8_192),
    },
    { grid: packed(100, duration, GRID_COLUMNS * GRID_ROWS) },
  ),
  scroll: fields(
    {
      rev,
      maxPercent: between(0, 100),
      maxY: between(0, MAX_PIXELS),
      documentHeight: between(0, MAX_PIXELS),
    },
    { readMs: duration },
  ),
  interaction: fields(
    { kind: oneOf('click', 'submit', 'rage', 'dead', 'form_start'), target: prose(200) },
    { slot: id, ...shown, href: prose(2_048) },
  ),
  rotation: fields(
    { slot: id, index: whole(0, MAX_ROTATION_CONTENTS), cause: oneOf('auto', 'hand'), shownMs: duration },
    shown,
  ),
  vital: fields(
    {
      rev,
      slots: list(fields({ slot: id, outcome, hiddenMs: duration }, { ...shown, isFlicker: oneOf(true) }), 0, 100),
    },
    {
      lcpMs: duration,
      fcpMs: duration,
      ttfbMs: duration,
      inpMs: duration,
      cls: between(0, 1e6),
      slotShift: between(0, 1e6),
      lcpSlot: id,
      inpSlot: id,
    },
  ),
  conversion: fields({ goal: id }, { value: between(-1e12, 1e12), currency: name(3, /^[A-Z]{3}$/) }),
  attributes: fields({ set: jsonObject }),
  custom: fields({ name: id }, { props: jsonObject }),
  error: fields({ code: name(64) }, { slot: id, message: prose(500) }),
}

/** A clean copy of an event's payload, rebuilt from the fields that its type has; undefined when it does not fit. */
export const parsePayload = (type: EventType, value: unknown): Json | undefined => checks[type](value)
