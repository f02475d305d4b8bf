import type { AnyEvent, Json } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSite } from '../site/parseSite.ts'
import { createProfile } from './createProfile.ts'
import { fold } from './fold.ts'
import type { Profile } from './profile.ts'
import { readAttributes } from './readAttributes.ts'

const parsed = parseSite({
  id: 'bank',
  keys: { browser: 'k' },
  slots: {},
  categories: {
    mortgage: { paths: ['/mortgage/*'], intent: true },
    cards: { paths: ['/cards', '/offers/cards*'], intent: true },
    careers: { paths: ['/careers'] },
  },
  goals: { apply: { holdings: ['mortgage'] }, call: {} },
})
if (!parsed.ok) throw new Error(parsed.error)
const site = parsed.value

const T0 = Date.UTC(2025, 0, 6)
const MINUTE = 60_000
const DAY = 86_400_000
const id = (n: number) => `0192f3a4-0000-7000-8000-${String(n).padStart(12, '0')}`

interface Facts {
  view?: number
  startedAt?: number
  mt?: number
  lo?: string
}
let sequence = 0
const event = (t: string, p: object, { view = 1, startedAt = T0, mt = 0, lo = '/mortgage/rates?utm=x' }: Facts = {}) =>
  ({ i: id(++sequence), n: 0, pv: id(view), t, at: startedAt + mt, mt, lo, p }) as unknown as AnyEvent
const pageView = (facts?: Facts) => event('page_view', { kind: 'load', title: '', source: { class: 'direct' } }, facts)
const engagement = (rev: number, activeMs: number, facts?: Facts) =>
  event('engagement', { rev, visibleMs: activeMs, activeMs }, { mt: activeMs, ...facts })
const conversion = (goal: string, facts?: Facts) => event('conversion', { goal }, facts)
const attributes = (set: Record<string, Json>) => event('attributes', { set }, { startedAt: T0 + 9 * DAY })

const foldAll = (events: readonly AnyEvent[], profile = createProfile('v')) =>
  events.reduce((known, next) => fold(known, next, site), profile)
const read = (profile: Profile, now = T0 + MINUTE) =>
  readAttributes(profile, site, now) as Record<string, Record<string, Json>>

test('of an unknown visitor the attributes say so', () => {
  expect(read(createProfile('v'))).toEqual({
    visits: { count: 1, daysSinceLast: null },
    views: { count: 0 },
    intent: { mortgage: 0, cards: 0, primary: null, ranked: [] },
    holdings: [],
    goals: { apply: 0, call: 0 },
  })
})

test('opening a page and reading it for five seconds makes an intent, opening it alone does not', () => {
  expect(read(foldAll([pageView()]))['intent']).toMatchObject({ mortgage: 11, primary: null, ranked: [] })
  expect(read(foldAll([pageView(), engagement(1, 5_000)]))['intent']).toMatchObject({
    mortgage: 27,
    primary: 'mortgage',
  })
})

test('intents are ranked by what they score now', () => {
  const profile = foldAll([
    engagement(1, 20_000, { view: 1, lo: '/mortgage/' }),
    engagement(1, 10_000, { view: 2, lo: '/offers/cards-gold', startedAt: T0 + 1 }),
    engagement(1, 99_000, { view: 3, lo: '/careers/', startedAt: T0 + 2 }),
  ])
  expect(read(profile)['intent']).toEqual({
    mortgage: 55,
    cards: 33,
    primary: 'mortgage',
    ranked: ['mortgage', 'cards'],
  })
  expect(profile.interests['careers']?.score).toBe(99)
})

test.each([
  ['/mortgage/rates', 'mortgage'],
  ['/mortgage', 'mortgage'],
  ['/cards/', 'cards'],
  ['/offers/cardshop#x', 'cards'],
  ['/mortgages', null],
  ['/cards/gold', null],
  ['/', null],
])('a page at %s is about %s', (lo, category) => {
  expect(read(foldAll([engagement(1, 60_000, { lo })]))['intent']?.['primary']).toBe(category)
})

test('snapshots are cumulative: only what is new in a higher revision counts', () => {
  const profile = foldAll([engagement(1, 4_000), engagement(2, 9_000), engagement(2, 90_000), engagement(1, 99_000)])
  expect(profile.interests['mortgage']?.score).toBe(9)
})

test('a snapshot that claims less than an earlier one takes nothing away', () => {
  const profile = foldAll([engagement(1, 9_000), engagement(2, 4_000), engagement(3, 10_000)])
  expect(profile.interests['mortgage']?.score).toBe(10)
})

test('more than half an hour of activity in one view is not believed', () => {
  const profile = foldAll([engagement(1, 5 * 60 * MINUTE), engagement(2, 9 * 60 * MINUTE)])
  expect(profile.interests['mortgage']?.score).toBe(30 * 60)
})

test('interest halves in a half-life', () => {
  const profile = foldAll([engagement(1, 20_000)])
  expect(read(profile, T0)['intent']?.['mortgage']).toBe(55)
  expect(read(profile, T0 + 7 * DAY)['intent']?.['mortgage']).toBe(33) // 10 of 20 seconds left
  expect(read(profile, T0 + 70 * DAY)['intent']).toMatchObject({ mortgage: 0, primary: null })
  const week = fold(profile, engagement(1, 20_000, { view: 2, startedAt: T0 + 7 * DAY }), site)
  expect(week.interests['mortgage']).toEqual({ score: 30, at: T0 + 7 * DAY })
})

test('a visit ends after half an hour without an event', () => {
  const profile = foldAll([pageView(), pageView({ view: 2, startedAt: T0 + 30 * MINUTE })])
  expect(profile.visits).toEqual({ count: 1, startedAt: T0 })
  const later = fold(profile, pageView({ view: 3, startedAt: T0 + 3 * DAY }), site)
  expect(later.visits).toEqual({ count: 2, startedAt: T0 + 3 * DAY, previousSeenAt: T0 + 30 * MINUTE })
})

test('the visit that is just beginning counts before its first event, and the same after it', () => {
  const before = foldAll([pageView()])
  const start = T0 + 3 * DAY
  const after = fold(before, pageView({ view: 2, startedAt: start }), site)
  expect(read(before, T0 + MINUTE)['visits']).toEqual({ count: 1, daysSinceLast: null })
  expect(read(before, start)['visits']).toEqual({ count: 2, daysSinceLast: 3 })
  expect(read(after, start + MINUTE)['visits']).toEqual({ count: 2, daysSinceLast: 3 })
})

test('an old event that arrives late starts no visit', () => {
  const profile = foldAll([pageView({ startedAt: T0 + DAY }), pageView({ view: 2, startedAt: T0 })])
  expect(profile).toMatchObject({ firstSeenAt: T0, lastSeenAt: T0 + DAY, visits: { count: 1 }, views: { count: 2 } })
})

test('a goal counts and hands over what the visitor holds from then on; an undeclared goal teaches nothing', () => {
  const profile = foldAll([conversion('apply'), conversion('apply', { startedAt: T0 + 5 }), conversion('constructor')])
  expect(profile.conversions).toEqual({ apply: { count: 2, lastAt: T0 + 5 } })
  expect(read(profile)).toMatchObject({ holdings: ['mortgage'], goals: { apply: 2, call: 0 } })
})

test('attributes from the server are set, replaced and taken away, and are no visit', () => {
  const profile = foldAll([
    attributes({ tier: 'gold', crm: { age: 4 }, holdings: ['cards', 'cards', 7] }),
    attributes({ tier: null, crm: 1 }),
  ])
  expect(read(profile)).toMatchObject({ crm: 1, holdings: ['cards'] })
  expect(read(profile)).not.toHaveProperty('tier')
  expect(profile).toMatchObject({ visits: { count: 0 }, generation: 2 })
  expect(profile).not.toHaveProperty('lastSeenAt')
})

test('custom attributes never cover what the server worked out, and their number is bounded', () => {
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`a${n}`, n]))
  const profile = foldAll([attributes({ intent: 'faked', visits: 9 }), attributes(many)])
  expect(Object.keys(profile.custom)).toHaveLength(100)
  expect(read(profile)['intent']).toMatchObject({ primary: null })
  expect(read(profile)['visits']).toMatchObject({ count: 1 })
})

test('views and engagement may be repeated and reordered at will', () => {
  const step = fc.record({
    view: fc.integer({ min: 1, max: 12 }),
    rev: fc.integer({ min: 0, max: 6 }),
    isPageView: fc.boolean(),
  })
  const toEvent = ({ view, rev, isPageView }: { view: number; rev: number; isPageView: boolean }) => {
    const facts = { view, startedAt: T0 + view * 97_000, lo: view % 2 ? '/mortgage/' : '/cards' }
    return isPageView ? pageView(facts) : engagement(rev, rev * 3_100, facts)
  }
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.infiniteStream(fc.nat()), (steps, order) => {
      const events = steps.map(toEvent)
      const shuffled = events.map((next) => ({ next, key: order.next().value as number })).sort((a, b) => a.key - b.key)
      const once = read(foldAll(events), T0 + DAY)
      const twice = read(foldAll([...events, ...events]), T0 + DAY)
      const mixed = read(foldAll(shuffled.map(({ next }) => next)), T0 + DAY)
      const shape = ({ intent, views }: typeof once) => ({ intent, views })
      expect(shape(twice)).toEqual(shape(once))
      expect(shape(mixed)).toEqual(shape(once))
    }),
  )
})

test('however many views there are, what is kept of them is bounded and a forgotten one is not credited again', () => {
  const views = Array.from({ length: 50 }, (_, n) => engagement(1, 1_000, { view: n + 1, startedAt: T0 + n * 1_000 }))
  const profile = foldAll(views)
  expect(profile.views.latest).toHaveLength(20)
  const again = foldAll(views.slice(0, 30), profile)
  expect(again.interests).toEqual(profile.interests)
})

test('the generation rises with every event', () => {
  expect(foldAll([pageView(), engagement(1, 1), event('scroll', {})]).generation).toBe(3)
})
