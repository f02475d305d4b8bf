import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AnyEvent, Pointer } from './event.ts'
import { MAX_BATCH_EVENTS, MAX_EVENT_BYTES } from './event.ts'
import { packNumbers } from './packNumbers.ts'
import { parseBatch, type ParsedBatch } from './parseBatch.ts'

const event = (over: object = {}): Record<string, unknown> => ({
  i: '0192f3a4-0000-7000-8000-000000000001',
  n: 0,
  pv: '0192f3a4-0000-7000-8000-00000000000a',
  t: 'engagement',
  at: 1_700_000_000_000,
  mt: 1_234.5,
  lo: '/loans?utm_source=mail',
  p: { rev: 1, visibleMs: 9_000, activeMs: 4_000 },
  ...over,
})

const batch = (events: unknown, over: object = {}) => ({
  v: 1,
  key: 'site',
  session: 's1',
  sentAt: 1_700_000_000_500,
  consent: { personalization: 'granted', analytics: 'granted' },
  events,
  ...over,
})

const parse = (value: unknown): ParsedBatch => {
  const parsed = parseBatch(value)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}

const payloads: Record<AnyEvent['t'], object> = {
  page_view: {
    kind: 'load',
    title: 'Loans',
    source: { class: 'paid', host: 'ads.example', utm: { source: 'x' }, clickId: 'gclid' },
  },
  exposure: {
    slot: 'home.hero',
    experience: 'e',
    variant: 'v',
    outcome: 'variant',
    reason: 'targeting_match',
    hiddenMs: 12.5,
    profileMs: 90,
  },
  impression: { slot: 'home.hero', experience: 'e', variant: 'v', index: 1 },
  engagement: { rev: 3, visibleMs: 10, activeMs: 10, slots: { 'home.hero': [9, 8] } },
  pointer: {
    rev: 1,
    kind: 'mouse',
    viewport: [1280, 720],
    slots: ['home.hero'],
    samples: [0, 10, -4, 0],
    at: [500, 20],
    grid: [0, 1_200],
  },
  scroll: { rev: 1, maxPercent: 42, maxY: 900, documentHeight: 4_000, readMs: 3_000 },
  interaction: { kind: 'click', slot: 'home.hero', target: 'a#apply', href: '/apply' },
  rotation: { slot: 'home.hero', experience: 'e', variant: 'v', index: 2, cause: 'auto', shownMs: 5_000 },
  conversion: { goal: 'apply', value: 12.5, currency: 'EUR' },
  vital: {
    rev: 1,
    lcpMs: 812.5,
    fcpMs: 300,
    ttfbMs: 20,
    inpMs: 48,
    cls: 0.12,
    slotShift: 0.01,
    lcpSlot: 'home.hero',
    inpSlot: 'home.offer',
    slots: [{ slot: 'home.hero', experience: 'e', variant: 'v', outcome: 'late', hiddenMs: 400, isFlicker: true }],
  },
  attributes: { set: { holdings: ['card'], crm: { tier: 2, notes: [null, true] } } },
  custom: { name: 'calculator', props: { months: 120 } },
  error: { code: 'late', slot: 'home.hero', message: 'x' },
}

test.each(Object.entries(payloads))('a sound %s event passes unchanged', (t, p) => {
  const { batch: parsed, rejected } = parse(batch([event({ t, p })]))
  expect(rejected).toEqual([])
  expect(parsed.events).toEqual([event({ t, p })])
})

test('an event that leaves out its view or place has that of the one before', () => {
  const id = (n: number) => `0192f3a4-0000-7000-8000-00000000000${n}`
  const { pv: _pv, lo: _lo, ...rest } = event()
  const next = { pv: '0192f3a4-0000-7000-8000-00000000000b', lo: '/cards' }
  const sent = [
    event({ i: id(1) }),
    { ...rest, i: id(2) },
    { ...rest, i: 'broken', ...next },
    { ...rest, i: id(3) },
    { ...rest, i: id(4), lo: '/cards/new' },
    null,
    { ...rest, i: id(5) },
  ]
  const { batch: parsed, rejected } = parse(batch(sent))
  expect(rejected.map(({ i }) => i)).toEqual(['broken', '#5'])
  expect(parsed.events.map(({ i, pv, lo }) => [i, pv, lo])).toEqual([
    [id(1), event()['pv'], event()['lo']],
    [id(2), event()['pv'], event()['lo']],
    [id(3), next.pv, next.lo],
    [id(4), next.pv, '/cards/new'],
    [id(5), next.pv, '/cards/new'],
  ])
  expect(parse(batch([rest])).rejected).toEqual([{ i: rest['i'], c: 'schema' }])
  expect(parse(batch([event(), { ...rest, pv: null }])).rejected).toEqual([{ i: rest['i'], c: 'schema' }])
})

test('a packed trail is stored as plain numbers', () => {
  const { pointer } = payloads as { pointer: Pointer }
  const { samples, at, grid } = pointer
  const p = {
    ...pointer,
    samples: packNumbers(samples),
    at: packNumbers(at.map((value) => value / 10)),
    grid: packNumbers(grid!.map((ms) => ms / 100)),
  }
  expect(parse(batch([event({ t: 'pointer', p })])).batch.events).toEqual([event({ t: 'pointer', p: pointer })])
  for (const text of ['g', 'ä', '////////', 'A'.repeat(10_000)]) {
    const broken = event({ t: 'pointer', p: { ...p, samples: text } })
    expect(parse(batch([broken])).rejected).toMatchObject([{ c: 'schema' }])
  }
})

test('no slot is seen for longer than its page', () => {
  const p = { rev: 1, visibleMs: 1_000, activeMs: 2_000, slots: { hero: [5_000, 4_000], promo: [500, 600] } }
  expect(parse(batch([event({ p })])).batch.events[0]!.p).toEqual({
    rev: 1,
    visibleMs: 1_000,
    activeMs: 1_000,
    slots: { hero: [1_000, 1_000], promo: [500, 500] },
  })
})

test.each([
  ['a currency that is none', { goal: 'buy', value: 1, currency: 'euro' }],
  ['a currency in small letters', { goal: 'buy', value: 1, currency: 'eur' }],
  ['a value in words', { goal: 'buy', value: '12,50' }],
  ['a value without end', { goal: 'buy', value: Infinity }],
])('a conversion with %s is refused', (_what, p) => {
  expect(parse(batch([event({ t: 'conversion', p })])).rejected).toMatchObject([{ c: 'schema' }])
})

test('D10 one bad event among good ones gets its own verdict', () => {
  const good = Array.from({ length: 99 }, (_, n) =>
    event({ n, i: `0192f3a4-0000-7000-8000-${String(n).padStart(12, '0')}` }),
  )
  const bad = event({ i: 'bad-id' })
  const { batch: parsed, rejected } = parse(batch([...good.slice(0, 50), bad, ...good.slice(50)]))
  expect(parsed.events).toEqual(good)
  expect(rejected).toEqual([{ i: 'bad-id', c: 'schema' }])
})

test.each([
  ['an id that is not a UUIDv7', { i: '0192f3a4-0000-4000-8000-000000000001' }],
  ['an id in capitals, which would be a second spelling of the same id', { i: '0192F3A4-0000-7000-8000-000000000001' }],
  ['a negative sequence', { n: -1 }],
  ['an unknown type', { t: 'constructor' }],
  ['a time that is not finite', { at: Number.POSITIVE_INFINITY }],
  ['a time beyond any date', { at: 1e308 }],
  ['a NUL in the location', { lo: '/a\u0000b' }],
  ['a line break in the location', { lo: '/a\r\nb' }],
  ['half a surrogate pair in the location', { lo: '/\ud800' }],
  ['no payload', { p: undefined }],
  [
    'a turn to a content that no rotation has',
    { t: 'rotation', p: { slot: 's', index: 9, cause: 'auto', shownMs: 1 } },
  ],
  ['a turn for a cause that is none', { t: 'rotation', p: { slot: 's', index: 1, cause: 'wind', shownMs: 1 } }],
  ['a negative duration', { p: { rev: 1, visibleMs: -1, activeMs: 0 } }],
])('%s is refused as schema', (_name, over) => {
  const { batch: parsed, rejected } = parse(batch([event(over)]))
  expect(parsed.events).toEqual([])
  expect(rejected).toMatchObject([{ c: 'schema' }])
})

test('an event without a usable id is named by its place', () => {
  const { rejected } = parse(batch([event(), { i: '\u001b[31m' }, null]))
  expect(rejected).toEqual([
    { i: '#1', c: 'schema' },
    { i: '#2', c: 'schema' },
  ])
})

test('too large counts UTF-8 bytes, and at the limit an event still passes', () => {
  const sized = (units: string) => event({ t: 'custom', p: { name: 'x', props: { s: units } } })
  const room = MAX_EVENT_BYTES - JSON.stringify(sized('')).length
  expect(parse(batch([sized('a'.repeat(room))])).rejected).toEqual([])
  expect(parse(batch([sized('a'.repeat(room + 1))])).rejected).toMatchObject([{ c: 'size' }])
  expect(parse(batch([sized('é'.repeat(room / 2 + 1))])).rejected).toMatchObject([{ c: 'size' }])
  expect(parse(batch([sized('😀'.repeat(Math.floor(room / 4)))])).rejected).toEqual([])
  expect(parse(batch([sized('😀'.repeat(Math.floor(room / 4) + 1))])).rejected).toMatchObject([{ c: 'size' }])
})

test('D9 a payload nested deeper than eight levels is refused, and the depth of a million is no crash', () => {
  const nest = (depth: number) => JSON.parse('{"x":'.repeat(depth) + '1' + '}'.repeat(depth)) as object
  const custom = (props: object) => event({ t: 'custom', p: { name: 'x', props } })
  expect(parse(batch([custom(nest(8))])).rejected).toEqual([])
  expect(parse(batch([custom(nest(9)), custom(nest(100_000)), event({ p: nest(100_000) })])).rejected).toMatchObject([
    { c: 'schema' },
    { c: 'schema' },
    { c: 'schema' },
  ])
})

test('B7 __proto__ members at any depth are dropped and pollute nothing', () => {
  const text = `{"v":1,"key":"site","session":"s","sentAt":1,"__proto__":{"x":1},"events":[
    ${JSON.stringify(event({ t: 'custom', p: { name: 'n', props: { a: 1 } } })).replace('{"a":1}', '{"a":{"__proto__":{"x":1},"b":2},"__proto__":{"x":1}}')}]}`
  const { batch: parsed } = parse(JSON.parse(text))
  const [only] = parsed.events
  expect(JSON.stringify(only?.p)).toBe('{"name":"n","props":{"a":{"b":2}}}')
  expect(({} as { x?: number }).x).toBeUndefined()
  expect(Object.getPrototypeOf((only?.p as { props: object }).props)).toBe(Object.prototype)
})

test('unknown fields are left out, long prose is cut, and active time never exceeds visible time', () => {
  const { batch: parsed } = parse(
    batch([
      event({ secret: 1, p: { rev: 1, visibleMs: 5, activeMs: 9, secret: 1 } }),
      event({ t: 'page_view', p: { kind: 'load', title: 'x'.repeat(999), source: { class: 'direct' } } }),
    ]),
  )
  expect(parsed.events[0]).toEqual(event({ p: { rev: 1, visibleMs: 5, activeMs: 5 } }))
  expect(parsed.events[1]?.p).toMatchObject({ title: 'x'.repeat(300) })
})

test.each([
  ['not an object', null, 'batch: not an object'],
  ['another version', batch([], { v: 2 }), 'batch: not an object with v: 1'],
  ['no key', batch([], { key: '' }), 'batch.key'],
  ['no session', batch([], { session: 7 }), 'batch.session'],
  ['no send time', batch([], { sentAt: Number.NaN }), 'batch.sentAt'],
  ['no events', batch(undefined), 'batch.events: expected an array'],
  [
    'too many events',
    batch(Array(MAX_BATCH_EVENTS + 1).fill(0)),
    `at most ${MAX_BATCH_EVENTS}, got ${MAX_BATCH_EVENTS + 1}`,
  ],
])('an envelope with %s fails and says where', (_name, value, message) => {
  expect(parseBatch(value)).toMatchObject({ ok: false, error: expect.stringContaining(message) as string })
})

test('drop counts keep what is countable, and consent that is unclear is pending', () => {
  const { batch: parsed } = parse(
    batch([], { drops: { overflow: 3, 'bad reason!': 1, age: -2, size: 1.5 }, consent: 'yes' }),
  )
  expect(parsed.drops).toEqual({ overflow: 3 })
  expect(parsed.consent).toEqual({ personalization: 'pending', analytics: 'pending' })
})

test('never throws, whatever comes', () => {
  const near = fc.record(
    {
      v: fc.constantFrom(1, 2),
      key: fc.oneof(fc.string(), fc.anything()),
      session: fc.oneof(fc.string(), fc.anything()),
      sentAt: fc.oneof(fc.double(), fc.anything()),
      consent: fc.anything(),
      drops: fc.oneof(fc.dictionary(fc.string(), fc.anything()), fc.anything()),
      events: fc.oneof(
        fc.array(
          fc.record(
            {
              i: fc.oneof(fc.uuid({ version: 7 }), fc.anything()),
              n: fc.oneof(fc.nat(), fc.anything()),
              pv: fc.oneof(fc.uuid({ version: 7 }), fc.anything()),
              t: fc.constantFrom(...Object.keys(payloads), '__proto__', 'toString'),
              at: fc.oneof(fc.double(), fc.integer()),
              mt: fc.oneof(fc.nat(), fc.anything()),
              lo: fc.oneof(fc.webPath(), fc.string({ unit: 'binary' })),
              p: fc.oneof(fc.constantFrom(...Object.values(payloads)), fc.anything()),
            },
            { requiredKeys: [] },
          ),
        ),
        fc.anything(),
      ),
    },
    { requiredKeys: ['v'] },
  )
  fc.assert(
    fc.property(fc.oneof(near, fc.anything(), fc.jsonValue()), (value) => {
      const parsed = parseBatch(value)
      if (!parsed.ok) return typeof parsed.error === 'string'
      const { events } = parsed.value.batch
      const sent = (value as { events: unknown[] }).events
      // Each event has exactly one fate, and what passed survives a trip through JSON.
      expect(events.length + parsed.value.rejected.length).toBe(sent.length)
      expect(JSON.parse(JSON.stringify(events)).length).toBe(events.length)
      return true
    }),
    { numRuns: 500 },
  )
})
