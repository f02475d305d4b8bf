import { expect, expectTypeOf, test } from 'vitest'
import { defineSite } from './defineSite.ts'
import { parseSite } from './parseSite.ts'
import type { SiteInput } from './siteInput.ts'

// The compiler checks this file: each `@ts-expect-error` fails the type check once what it stands above compiles.

const base = { id: 'bank', keys: { browser: 'k' } }
const one = { ...base, slots: { a: {} } }
const hero = { id: 'hero', kind: 'personalization', variants: [{ id: 'v' }] } as const

const site = defineSite({
  ...base,
  slots: { 'home.hero': { late: 'fade' }, 'home.side': {} },
  groups: { staff: ['a', 'b'] },
  categories: { mortgage: { paths: ['/m'], intent: true }, cards: { paths: ['/c'] } },
  goals: { apply: {} },
  operators: { endsWith: (actual, expected) => `${actual as string}`.endsWith(expected as string) },
  audiences: {
    mortgage: { 'intent.mortgage': { $gte: 20 }, 'intent.primary': 'mortgage', 'goals.apply': 0 },
    staff: { email: { $endsWith: '@bank.example', $inGroup: 'staff' } },
    either: { $or: [{ 'visits.count': { $gte: 2 } }, { $not: { 'goals.apply': { $gt: 0 } } }] },
  },
  expose: ['intent.primary', 'goals.apply', 'crm.tier'],
  experiences: [
    {
      id: 'hero',
      slot: 'home.hero',
      kind: 'personalization',
      audience: 'mortgage',
      suppress: { email: { $inGroup: 'staff', $endsWith: '@bank.example' } },
      when: [{ scrollPercent: 50 }, { categoryViews: { category: 'cards', times: 2 } }],
      schedule: { from: '2030-01-01T00:00:00Z' },
      variants: [
        { id: 'v', content: { text: 'x', more: [{ target: 'h2', style: { color: 'red' } }] } },
        { id: 'w', content: { action: 'countdown', target: 'h2', props: { minutes: 5 } } },
      ],
    },
    {
      id: 'own',
      slot: 'home.hero',
      kind: 'personalization',
      priority: -1,
      audience: { 'visits.count': { $gte: 2 }, email: { $endsWith: '@bank.example' } },
      variants: [{ id: 'v' }],
    },
  ],
})

test('a site with everything compiles, and is sound', () => {
  expectTypeOf(site).toEqualTypeOf<SiteInput>()
  expect(parseSite(site)).toMatchObject({ ok: true })
  expect(parseSite(defineSite(one))).toMatchObject({ ok: true })
})

test('what does not compile is refused when the file is loaded, too', () => {
  const wrong = [
    // @ts-expect-error a misspelt slot
    defineSite({ ...one, experiences: [{ ...hero, slot: 'b' }] }),
    // @ts-expect-error a misspelt audience
    defineSite({ ...one, audiences: { x: {} }, experiences: [{ ...hero, slot: 'a', audience: 'z' }] }),
    // @ts-expect-error an audience where none is declared
    defineSite({ ...one, experiences: [{ ...hero, slot: 'a', audience: 'z' }] }),
    // @ts-expect-error a misspelt operator in a condition of its own
    defineSite({ ...one, experiences: [{ ...hero, slot: 'a', audience: { 'visits.count': { $gtt: 1 } } }] }),
    defineSite({
      ...one,
      operators: { starts: () => true },
      // @ts-expect-error an operator of one's own that is not declared, in a condition to keep it from
      experiences: [{ ...hero, slot: 'a', suppress: { x: { $ends: 1 } } }],
    }),
    // @ts-expect-error a misspelt audience to keep it from
    defineSite({ ...one, audiences: { x: {} }, experiences: [{ ...hero, slot: 'a', suppress: 'z' }] }),
    // @ts-expect-error a misspelt operator
    defineSite({ ...one, audiences: { x: { 'visits.count': { $gtt: 1 } } } }),
    // @ts-expect-error a misspelt operator inside
    defineSite({ ...one, audiences: { x: { $and: [{ 'visits.count': { $not: { $gtt: 1 } } }] } } }),
    // @ts-expect-error an operator of one's own that is not declared
    defineSite({ ...one, operators: { starts: () => true }, audiences: { x: { email: { $ends: 'x' } } } }),
    // @ts-expect-error an operator without an attribute
    defineSite({ ...one, audiences: { x: { $gt: 1 } } }),
    // @ts-expect-error a misspelt group
    defineSite({ ...one, groups: { staff: [] }, audiences: { x: { email: { $inGroup: 'stuff' } } } }),
    // @ts-expect-error a misspelt goal
    defineSite({ ...one, goals: { apply: {} }, audiences: { x: { 'goals.aply': 1 } } }),
    // @ts-expect-error a misspelt goal inside
    defineSite({ ...one, goals: { apply: {} }, audiences: { x: { $or: [{ $not: { 'goals.aply': 1 } }] } } }),
    // @ts-expect-error a misspelt category
    defineSite({ ...one, categories: { cards: { paths: ['/'] } }, audiences: { x: { 'intent.crads': 1 } } }),
    // @ts-expect-error a goal that is exposed and not declared
    defineSite({ ...one, goals: { apply: {} }, expose: ['goals.aply'] }),
    defineSite({
      ...one,
      categories: { cards: { paths: ['/'] } },
      // @ts-expect-error a trigger for a category that is none
      experiences: [{ ...hero, slot: 'a', when: { categoryViews: { category: 'crads', times: 1 } } }],
    }),
    // @ts-expect-error a misspelt member
    defineSite({ ...base, slots: { a: { lat: 'fade' } } }),
    // @ts-expect-error a misspelt member of the site
    defineSite({ ...one, audience: {} }),
  ]
  expect(wrong.map((input) => parseSite(input).ok)).toEqual(wrong.map(() => false))
})
