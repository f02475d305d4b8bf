/* eslint-disable unblink/banned-words -- A company has this name. */
import type { AnyEvent } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findGa4Faults, type Ga4Body } from '../../test/startGa4.ts'
import { findSegmentFault, type SegmentMessage } from '../../test/startSegment.ts'
import { makeEvent, makeId, makeSite } from '../../test/startTestServer.ts'
import { FORWARD_TYPES, type ForwardedEvent, type Mapped } from './forwardSettings.ts'
import { toGa4 } from './toGa4.ts'
import { toSegment } from './toSegment.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const types = [...FORWARD_TYPES]
const origin = 'https://www.bank.example'
const { forward } = makeSite({
  forward: {
    ga4: { measurementId: 'G-TEST1234', apiSecret: { env: 'A' }, types, origin, names: { apply: 'generate_lead' } },
    segment: { writeKey: { env: 'B' }, types, origin, names: { apply: 'Application Sent' } },
  },
})
const ga4 = { ...forward!.ga4!, now: NOW }
const segment = forward!.segment!

const toForward = (event: Partial<Record<keyof AnyEvent, unknown>>, clientId = 'client'): ForwardedEvent => ({
  event: makeEvent({ at: NOW - 1_000, ...event }),
  clientId,
  sessionStartedAt: NOW - 60_000,
})

const exposure = {
  slot: 'home.hero',
  experience: 'hero',
  variant: 'rates',
  outcome: 'variant',
  reason: 'split',
  hiddenMs: 12.4,
}

const bodies = ({ requests }: Mapped) => requests.map(({ body }) => JSON.parse(body) as Ga4Body)
const messages = ({ requests }: Mapped) =>
  requests.flatMap(({ body }) => (JSON.parse(body) as { batch: SegmentMessage[] }).batch)

test('an exposure is GA4’s experience_impression and Segment’s Experiment Viewed', () => {
  const one = toForward({ t: 'exposure', p: exposure, lo: '/rates?utm_source=mail' })
  expect(bodies(toGa4([one], ga4))).toEqual([
    {
      client_id: 'client',
      consent: { ad_user_data: 'DENIED', ad_personalization: 'DENIED' },
      events: [
        {
          name: 'experience_impression',
          timestamp_micros: (NOW - 1_000) * 1_000,
          params: {
            exp_variant_string: 'unblink-hero-rates',
            slot: 'home.hero',
            experience: 'hero',
            variant: 'rates',
            outcome: 'variant',
            hidden_ms: 12,
            session_id: String((NOW - 60_000) / 1_000),
            engagement_time_msec: 1,
            page_location: 'https://www.bank.example/rates',
            page_path: '/rates',
            unblink_event_id: one.event.i,
          },
        },
      ],
    },
  ])
  expect(messages(toSegment([one], segment))).toMatchObject([
    {
      type: 'track',
      event: 'Experiment Viewed',
      messageId: one.event.i,
      anonymousId: 'client',
      timestamp: new Date(NOW - 1_000).toISOString(),
      properties: { experiment_id: 'hero', variation_id: 'rates', outcome: 'variant', nonInteraction: 1 },
      context: { page: { path: '/rates', url: 'https://www.bank.example/rates' } },
    },
  ])
})

test('a goal has the name that the config gives it, and its value', () => {
  const events = ['apply', 'call'].map((goal) =>
    toForward({ t: 'conversion', p: { goal, value: 9.5, currency: 'EUR' } }),
  )
  const [body] = bodies(toGa4(events, ga4))
  expect(body?.events.map(({ name, params }) => [name, params?.['goal'], params?.['value']])).toEqual([
    ['generate_lead', 'apply', 9.5],
    ['unblink_conversion', 'call', 9.5],
  ])
  expect(messages(toSegment(events, segment)).map(({ event }) => event)).toEqual(['Application Sent', 'Goal Reached'])
})

test('what is cumulative, what a server set, and what is not wanted is not sent', () => {
  const events = [
    toForward({}),
    toForward({ t: 'attributes', p: { set: { mail: 'ann@example.org' } } }),
    toForward({ t: 'exposure', p: { slot: 's', outcome: 'baseline', reason: 'default', hiddenMs: 0 } }),
  ]
  for (const mapped of [toGa4(events, ga4), toSegment(events, segment)]) {
    expect(mapped.requests).toEqual([])
    expect(mapped.left.map(({ why }) => why)).toEqual(['unmapped', 'unmapped', 'unmapped'])
  }
  const view = toForward({ t: 'page_view', p: { kind: 'load', title: 'Rates', source: {} } })
  expect(toGa4([view], { ...ga4, types: ['exposure'] }).left).toEqual([{ id: view.event.i, why: 'unmapped' }])
})

test('GA4 is not sent what is older than 72 hours, nor names that it keeps for itself', () => {
  const old = toForward({ t: 'exposure', p: exposure, at: NOW - 72 * 3_600_000 - 1 })
  const young = toForward({ t: 'exposure', p: exposure, at: NOW - 72 * 3_600_000 })
  const reserved = toForward({ t: 'custom', p: { name: 'session_start' } })
  const unsayable = toForward({ t: 'exposure', p: { ...exposure, variant: 'v'.repeat(100) } })
  const mapped = toGa4([old, young, reserved, unsayable], ga4)
  expect(mapped.left.map(({ why }) => why)).toEqual(['too_old', 'invalid', 'invalid'])
  expect(mapped.requests.map(({ ids }) => ids)).toEqual([[young.event.i]])
})

test('no query of an address and nothing personal leaves, at any depth', () => {
  const props = {
    link: 'https://shop.example/cart?email=ann%40example.org#x',
    path: '/cart?coupon=SECRET1',
    text: 'see //cdn.example/a.png?token=SECRET2 and call?id=SECRET3 or ann@example.org',
    deep: { list: ['https://a.example/?q=SECRET4'] },
  }
  const events = [
    toForward({ t: 'custom', p: { name: 'seen', props }, lo: '/a?utm_source=SECRET5' }),
    toForward({ t: 'page_view', p: { kind: 'load', title: 'Order /o?nr=SECRET6', source: {} } }),
    toForward({ t: 'impression', p: { slot: 'ann@example.org' } }),
  ]
  for (const mapped of [toGa4(events, ga4), toSegment(events, segment)]) {
    const text = mapped.requests.map(({ body }) => body).join('')
    expect(text).toContain('shop.example/cart')
    expect(text).not.toMatch(/SECRET|example\.org|%40|\?/)
  }
})

test('25 events and 130 kB in a request of one visitor; 500 kB in a batch', () => {
  const many = Array.from({ length: 60 }, (_, n) => toForward({ t: 'exposure', p: exposure }, n % 2 ? 'a' : 'b'))
  const mapped = toGa4(many, ga4)
  expect(bodies(mapped).map(({ client_id: id, events }) => [id, events.length])).toEqual([
    ['b', 25],
    ['b', 5],
    ['a', 25],
    ['a', 5],
  ])
  expect(mapped.requests.flatMap(({ ids }) => ids).sort()).toEqual(many.map(({ event }) => event.i).sort())
  const props = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`p${n}`, '€'.repeat(99)]))
  const heavy = Array.from({ length: 40 }, () => toForward({ t: 'custom', p: { name: 'heavy', props } }))
  for (const { body } of toGa4(heavy, ga4).requests) expect(findGa4Faults(body, NOW)).toEqual([])
  const batches = toSegment(heavy, segment).requests
  expect(batches.length).toBeGreaterThan(1)
  for (const { body } of batches) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(500_000)
})

const text = fc.string({ unit: 'grapheme', maxLength: 200 })
const drawn = fc.oneof(
  fc.record({
    t: fc.constant('custom'),
    p: fc.record({ name: text, props: fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 40 }) }),
  }),
  fc.record({
    t: fc.constant('conversion'),
    p: fc.record({ goal: text, value: fc.double({ min: -1e12, max: 1e12, noNaN: true }) }),
  }),
  fc.record({
    t: fc.constant('exposure'),
    p: fc.record({
      slot: text,
      experience: text,
      variant: text,
      outcome: fc.constant('variant'),
      reason: fc.constant('split'),
      hiddenMs: fc.nat(),
    }),
  }),
  fc.record({
    t: fc.constant('page_view'),
    p: fc.record({ kind: fc.constant('load'), title: text, source: fc.constant({}) }),
  }),
)

test('whatever pages send, the other tools’ rules hold, and each event is sent once or left once', () => {
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 30 }), (list) => {
      const events = list.map((one) => toForward({ ...one, i: makeId() }))
      for (const mapped of [toGa4(events, ga4), toSegment(events, segment)]) {
        const ids = [...mapped.requests.flatMap((request) => request.ids), ...mapped.left.map(({ id }) => id)]
        expect(ids.sort()).toEqual(events.map(({ event }) => event.i).sort())
      }
      for (const { body } of toGa4(events, ga4).requests) expect(findGa4Faults(body, NOW)).toEqual([])
      for (const message of messages(toSegment(events, segment))) expect(findSegmentFault(message)).toBeUndefined()
    }),
    { numRuns: 60 },
  )
})
