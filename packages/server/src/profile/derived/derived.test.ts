import type { AnyEvent } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AttributeInput } from '../../site/choiceInput.ts'
import { parseSite } from '../../site/parseSite.ts'
import type { Site } from '../../site/site.ts'
import { createProfile } from '../createProfile.ts'
import { fold } from '../fold.ts'
import type { Profile } from '../profile.ts'
import { readAttributes } from '../readAttributes.ts'
import { mergeDerived } from './mergeDerived.ts'

const T0 = Date.UTC(2026, 0, 5)
const HOUR = 3_600_000
const DAY = 24 * HOUR

const siteWith = (attributes: Record<string, AttributeInput>): Site => {
  const site = parseSite({ id: 'shop', keys: { browser: 'k' }, slots: {}, goals: { purchase: {} }, attributes })
  if (!site.ok) throw new Error(site.error)
  return site.value
}

let sequence = 0
const id = (n: number) => `0192f3a4-0000-7000-8000-${String(n).padStart(12, '0')}`
const event = (t: string, p: object, at = T0, { view = 1, mt = 0, lo = '/shop/shoes?utm=1' } = {}): AnyEvent =>
  ({ i: id(++sequence), n: 0, pv: id(view), t, at, mt, lo, p }) as unknown as AnyEvent
const click = (href: string, at?: number) => event('interaction', { kind: 'click', target: 'a', href }, at)
const buy = (value: number, at?: number) => event('conversion', { goal: 'purchase', value }, at)
const custom = (name: string, props: object, at?: number) => event('custom', { name, props }, at)
const items = (...ids: string[]) => ({ items: ids.map((one) => ({ item_id: one, item_brand: `brand ${one[0]}` })) })

const foldAll = (site: Site, events: readonly AnyEvent[]): Profile =>
  events.reduce((profile, one) => fold(profile, one, site), createProfile('v'))
const read = (site: Site, events: readonly AnyEvent[], now = T0) => readAttributes(foldAll(site, events), site, now)

const clicks: AttributeInput = { kind: 'count', on: { event: 'interaction', where: { href: '/rates' } } }

test('a count takes the events that its selector means, and is 0 before the first', () => {
  const site = siteWith({ clicks })
  expect(read(site, [])).toMatchObject({ clicks: 0 })
  expect(read(site, [click('/rates'), click('/other'), click('/rates'), buy(1)])).toMatchObject({ clicks: 2 })
})

test('a selector can ask for the path, without its query', () => {
  const site = siteWith({ shoes: { kind: 'count', on: { event: 'custom', where: { path: '/shop/shoes' } } } })
  expect(read(site, [custom('x', {})])).toMatchObject({ shoes: 1 })
})

test('a sum leaves out what is outside its range, and the quality attribute says so', () => {
  const site = siteWith({
    // Declared first, folded last.
    trouble: { kind: 'quality' },
    spent: { kind: 'sum', on: { event: 'conversion' }, of: 'value', range: [0, 1_000] },
  })
  const events = [buy(10), buy(5), buy(1e9), event('conversion', { goal: 'purchase' })]
  expect(read(site, events)).toMatchObject({
    spent: 15,
    trouble: { missing: 1, outOfRange: 1, late: 0, duplicated: 0 },
  })
})

test('an event that comes an hour after later ones is late', () => {
  const site = siteWith({ trouble: { kind: 'quality' } })
  expect(read(site, [click('/'), click('/', T0 - HOUR), click('/', T0 - HOUR - 1)])).toMatchObject({
    trouble: { late: 1 },
  })
})

test('what a page tells twice in one moment is counted; what may well come again is not', () => {
  const site = siteWith({ trouble: { kind: 'quality' } })
  const trouble = (...events: AnyEvent[]) => read(site, events)['trouble']
  const [view, basket] = [custom('view_item', items('a')), (at?: number) => custom('add_to_cart', items('a'), at)]
  expect(trouble(basket(), view, basket(T0 + 300), basket(T0 + 900))).toMatchObject({ duplicated: 2 })
  expect(trouble(basket(), basket(T0 + 1_000))).toMatchObject({ duplicated: 0 })
  expect(trouble(buy(10), buy(20))).toMatchObject({ duplicated: 0 })
  // A visitor may click twice, and each view has a purchase of its own.
  expect(trouble(click('/'), click('/'))).toMatchObject({ duplicated: 0 })
  const elsewhere = event('conversion', { goal: 'purchase', value: 10 }, T0, { view: 2 })
  expect(trouble(buy(10), elsewhere)).toMatchObject({ duplicated: 0 })
})

test('faults that an earlier version has counted are counted on', () => {
  const site = siteWith({ trouble: { kind: 'quality' } })
  const before: Profile = { ...createProfile('v'), derived: { trouble: { missing: 2, outOfRange: 0, late: 1 } } }
  const known = [buy(10), buy(10)].reduce((profile, one) => fold(profile, one, site), before)
  const counts = { missing: 2, outOfRange: 0, late: 1, duplicated: 1 }
  expect(readAttributes(known, site, T0)).toMatchObject({ trouble: counts })
  const merged = mergeDerived(before, known, site)
  expect(readAttributes({ ...createProfile('v'), derived: merged! }, site, T0)).toMatchObject({
    trouble: { missing: 4, late: 2, duplicated: 1 },
  })
})

test('first and last go by the time of the event, not by its arrival', () => {
  const on = { event: 'interaction' } as const
  const site = siteWith({ first: { kind: 'first', on, of: 'href' }, last: { kind: 'last', on, of: 'href' } })
  const events = [click('/b', T0 + 2), click('/a', T0 + 1), click('/c', T0 + 3)]
  expect(read(site, events)).toMatchObject({ first: '/a', last: '/c' })
  expect(read(site, [])).toMatchObject({ first: null, last: null })
})

test('recent holds different values, newest first, and so many of them', () => {
  const site = siteWith({ seen: { kind: 'recent', on: { event: 'interaction' }, of: 'href', max: 2 } })
  const events = [click('/a', T0 + 1), click('/b', T0 + 2), click('/a', T0 + 3), click('/c', T0)]
  expect(read(site, events)).toMatchObject({ seen: ['/a', '/b'] })
})

test('recency, frequency and value are graded by the bounds of the site', () => {
  const site = siteWith({ rfm: { kind: 'rfm', on: { event: 'conversion' }, steps: { value: [50, 100] } } })
  expect(read(site, [])).toMatchObject({ rfm: { days: null, count: 0, value: 0, r: 0, f: 0, m: 0 } })
  const events = [buy(60, T0 - 40 * DAY), buy(20, T0 - 8 * DAY)]
  expect(read(site, events)).toMatchObject({ rfm: { days: 8, count: 2, value: 80, r: 4, f: 2, m: 2 } })
  expect(read(site, events, T0 + 400 * DAY)).toMatchObject({ rfm: { days: 408, r: 1 } })
})

test('engagement adds what was read, opened, touched and reached, and fades by half', () => {
  const site = siteWith({ involved: { kind: 'engagement', halfLifeHours: 24, scale: 100 } })
  const events = [
    event('page_view', { kind: 'load', title: '', source: {} }),
    event('engagement', { rev: 0, visibleMs: 9_000, activeMs: 8_000 }, T0 + 9_000, { mt: 9_000 }),
    // The same again, and more of the same view: only what is new counts.
    event('engagement', { rev: 0, visibleMs: 9_000, activeMs: 8_000 }, T0 + 9_000, { mt: 9_000 }),
    event('engagement', { rev: 1, visibleMs: 20_000, activeMs: 12_000 }, T0 + 20_000, { mt: 20_000 }),
  ]
  const score = (points: number) => Math.round(100 * (1 - Math.exp(-points / 100)))
  expect(read(site, events, T0)).toMatchObject({ involved: score(3 + 12) })
  expect(read(site, [...events, click('/a', T0), buy(1, T0)], T0)).toMatchObject({ involved: score(3 + 12 + 5 + 30) })
  expect(read(site, events, T0 + DAY)).toMatchObject({ involved: score(15 / 2) })
})

test('affinity ranks the values of lists as well as of plain members, and forgets the weakest', () => {
  const on = { event: 'custom', where: { name: 'view_item' } } as const
  const site = siteWith({ brands: { kind: 'affinity', on, of: 'props.items.item_brand', max: 2, halfLifeHours: 24 } })
  const events = [
    custom('view_item', items('a1'), T0 - 3 * DAY),
    custom('view_item', items('b1', 'b2'), T0 - DAY),
    custom('view_item', items('b1', 'c1'), T0),
  ]
  const { brands } = read(site, events) as { brands: { primary: string; ranked: string[]; scores: object } }
  expect(brands).toMatchObject({ primary: 'brand b', ranked: ['brand b', 'brand c'] })
  expect(Object.keys(brands.scores)).toEqual(['brand b', 'brand c'])
})

test('the cart holds what was put in and neither taken out nor bought', () => {
  const site = siteWith({ cart: { kind: 'cart' } })
  const events = [
    custom('add_to_cart', items('a', 'b'), T0),
    custom('remove_from_cart', items('a'), T0 + 1),
    custom('add_to_cart', items('c'), T0 + 2),
  ]
  expect(read(site, events, T0 + 3 * HOUR)).toMatchObject({ cart: { items: ['c', 'b'], count: 2, hours: 2 } })
  const bought = [...events, custom('purchase', items('c', 'b'), T0 + 3), custom('add_to_cart', items('d'), T0 + 4)]
  expect(read(site, bought)).toMatchObject({ cart: { items: ['d'], count: 1 } })
})

test('viewed and not bought: from some hours on, until it was bought', () => {
  const site = siteWith({ missed: { kind: 'unbought', afterHours: 24, withinHours: 48 } })
  const events = [custom('view_item', items('a', 'b'), T0), custom('purchase', items('b'), T0 + HOUR)]
  const missed = (now: number) => read(site, events, now)['missed']
  expect(missed(T0 + 23 * HOUR)).toEqual({ items: [], count: 0, hours: null })
  expect(missed(T0 + 25 * HOUR)).toEqual({ items: ['a'], count: 1, hours: 25 })
  expect(missed(T0 + 49 * HOUR)).toMatchObject({ count: 0 })
})

test('a value that would spoil an object stays a value', () => {
  const on = { event: 'interaction' } as const
  const site = siteWith({ seen: { kind: 'affinity', on, of: 'href' }, all: { kind: 'recent', on, of: 'href' } })
  const profile = JSON.parse(JSON.stringify(foldAll(site, [click('__proto__'), click('constructor')]))) as Profile
  expect(readAttributes(profile, site, T0)).toMatchObject({ all: ['__proto__', 'constructor'] })
  expect(Object.getPrototypeOf({})).toBe(Object.prototype)
})

const everything = siteWith({
  clicks,
  spent: { kind: 'sum', on: { event: 'conversion' }, of: 'value', range: [0, 50] },
  first: { kind: 'first', on: { event: 'interaction' }, of: 'href' },
  last: { kind: 'last', on: { event: 'interaction' }, of: 'href' },
  seen: { kind: 'recent', on: { event: 'interaction' }, of: 'href', max: 3 },
  rfm: { kind: 'rfm', on: { event: 'conversion' } },
  involved: { kind: 'engagement' },
  brands: { kind: 'affinity', on: { event: 'custom' }, of: 'props.items.item_brand' },
  cart: { kind: 'cart' },
  missed: { kind: 'unbought' },
})

const anyEvents = fc
  .array(
    fc.record({
      what: fc.constantFrom('click', 'buy', 'view_item', 'add_to_cart', 'remove_from_cart', 'purchase'),
      item: fc.constantFrom('a', 'b', 'c', 'd'),
      minutes: fc.integer({ min: 0, max: 5_000 }),
    }),
    { maxLength: 40 },
  )
  .map((steps) =>
    steps.map(({ what, item, minutes }) => {
      const at = T0 + minutes * 60_000
      if (what === 'click') return click(item === 'a' ? '/rates' : `/${item}`, at)
      return what === 'buy' ? buy(minutes % 70, at) : custom(what, items(item), at)
    }),
  )

/** Sums differ in their last digits by the order of adding. */
const shape = (profile: Profile) =>
  JSON.parse(
    JSON.stringify(readAttributes(profile, everything, T0 + 4 * DAY), (_, value: unknown) =>
      typeof value === 'number' ? +value.toFixed(6) : value,
    ),
  ) as Record<string, unknown>

const onlyDeclared = (profile: Profile) =>
  Object.fromEntries(Object.entries(shape(profile)).filter(([name]) => name in everything.attributes))

test('the order of events makes no difference to any kind', () => {
  fc.assert(
    fc.property(anyEvents, fc.infiniteStream(fc.nat()), (events, order) => {
      const shuffled = events
        .map((one) => ({ one, key: order.next().value as number }))
        .sort((a, b) => a.key - b.key)
        .map(({ one }) => one)
      expect(onlyDeclared(foldAll(everything, shuffled))).toEqual(onlyDeclared(foldAll(everything, events)))
    }),
  )
})

test('two profiles merge into what all of their events together give', () => {
  fc.assert(
    fc.property(anyEvents, anyEvents, (left, right) => {
      const [one, other] = [foldAll(everything, left), foldAll(everything, right)]
      const derived = mergeDerived(one, other, everything)
      const merged = { ...createProfile('v'), ...(derived ? { derived } : {}) }
      expect(onlyDeclared(merged)).toEqual(onlyDeclared(foldAll(everything, [...left, ...right])))
    }),
  )
})

test('a fold changes neither the profile nor the event that it is given', () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      let profile = createProfile('v')
      for (const one of events) {
        const before = JSON.stringify([profile, one])
        const next = fold(profile, one, everything)
        expect(JSON.stringify([profile, one])).toBe(before)
        profile = next
      }
    }),
    { numRuns: 20 },
  )
})

test.each([
  [{ clicks: { kind: 'counter', on: { event: 'custom' } } }, 'attributes.clicks.kind', 'did you mean "count"?'],
  [{ visits: clicks }, 'attributes', 'has a meaning of its own'],
  [{ a: { kind: 'sum', on: { event: 'clicked' }, of: 'value' } }, 'attributes.a.on.event', 'expected one of'],
  [{ a: { kind: 'sum', on: { event: 'conversion' } } }, 'attributes.a.of', 'missing'],
  [
    { a: { kind: 'rfm', on: { event: 'conversion' }, steps: { days: [9, 7] } } },
    'attributes.a.steps.days',
    'have to rise: 7, 9',
  ],
  [{ a: { kind: 'sum', on: { event: 'conversion' }, of: 'value', range: [5, 1] } }, 'attributes.a.range', 'goes up'],
])('what cannot be is told with its place: %j', (attributes, path, message) => {
  const site = parseSite({ id: 'shop', keys: { browser: 'k' }, slots: {}, attributes })
  expect(site.ok ? '' : site.error).toContain(path)
  expect(site.ok ? '' : site.error).toContain(message)
})
