import { decide } from '@unblink/decide'
import type { Experience } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeSite } from '../../test/startTestServer.ts'
import { findRivalries } from './findRivalries.ts'

const AUDIENCES = {
  gold: { tier: 'gold' },
  oldGold: { tier: 'gold', age: { $gte: 60 } },
  silver: { tier: 'silver' },
  young: { age: { $lt: 30 } },
}

const NOW = Date.UTC(2026, 10, 22)

const makeExperiences = (parts: readonly Partial<Experience>[]) =>
  parts.map((part, index) => ({
    id: `e${index}`,
    slot: 'home.hero',
    kind: 'personalization' as const,
    variants: [{ id: 'v', content: { text: 'x' } }],
    ...part,
  }))

const find = (parts: readonly Partial<Experience>[]) =>
  findRivalries(makeSite({ audiences: AUDIENCES, experiences: makeExperiences(parts) })).map(({ path, message }) => [
    path[1],
    message.includes('never be shown') ? 'never' : 'order',
  ])

const two = [{ id: 'a' }, { id: 'b' }]

test.each<[string, Partial<Experience>[], [number, string][]]>([
  ['everyone before some', [{}, { audience: 'gold' }], [[1, 'never']]],
  ['some before everyone', [{ audience: 'gold' }, {}], []],
  ['a wider audience above', [{ audience: 'oldGold' }, { audience: 'gold', priority: 1 }], [[0, 'never']]],
  ['a narrower audience above', [{ audience: 'gold' }, { audience: 'oldGold', priority: 1 }], []],
  ['a part of them above', [{ coverage: 0.5 }, { audience: 'gold' }], []],
  ['one with a cap above', [{ cap: { impressions: 1, per: 'day' } }, {}], []],
  ['one that ends above', [{ schedule: { to: NOW } }, {}], []],
  ['one that waits above', [{ when: { exitIntent: true } }, {}], []],
  ['one kept from some above', [{ suppress: 'gold' }, {}], []],
  // A visitor without an id cannot be bucketed, and gets what everyone gets.
  ['an experiment above what everyone gets', [{ variants: two }, {}], []],
  ['an experiment above another', [{ variants: two }, { variants: two }], [[1, 'never']]],
  ['audiences that can have someone in common', [{ audience: 'gold' }, { audience: 'young' }], [[1, 'order']]],
  ['the same with priorities', [{ audience: 'gold' }, { audience: 'young', priority: 1 }], []],
  ['audiences of different values', [{ audience: 'gold' }, { audience: 'silver' }], []],
  ['audiences of different ages', [{ audience: 'oldGold' }, { audience: 'young' }], []],
  ['another slot', [{ audience: 'gold' }, { audience: 'young', slot: 'home.side' }], []],
  [
    'shares of one namespace',
    [
      { audience: 'gold', namespace: { id: 'n', range: [0, 0.5] } },
      { audience: 'young', namespace: { id: 'n', range: [0.5, 1] } },
    ],
    [],
  ],
])('%s', (_name, parts, expected) => {
  expect(find(parts)).toEqual(expected)
})

test('two whose order nobody has said are named as they are written: by their audience, or as one’s own', () => {
  const site = makeSite({
    audiences: AUDIENCES,
    experiences: makeExperiences([{ audience: 'gold' }, { audience: 'young' }]),
  })
  const [problem] = findRivalries(site, new Map([['young', ['experiences', 1, 'audience']]]))
  expect(problem?.message).toContain('a visitor can be in both "gold" and the audience of "e1", and "e0" and "e1" have')
})

test('what is said never to be shown is never decided for, whoever comes', () => {
  const part = fc.record(
    {
      audience: fc.constantFrom('gold', 'oldGold', 'silver', 'young'),
      priority: fc.constantFrom(0, 1),
      variants: fc.constant(two),
      coverage: fc.constantFrom(0.5, 1),
      suppress: fc.constant({ age: 20 }),
      schedule: fc.constantFrom({ to: NOW }, { from: NOW }),
      namespace: fc.constant({ id: 'n', range: [0, 0.5] as const }),
    },
    { requiredKeys: [] },
  )
  const visitor = fc.record(
    { tier: fc.constantFrom('gold', 'silver', 'none'), age: fc.constantFrom(20, 40, 70) },
    { requiredKeys: [] },
  )
  const base = makeSite({ audiences: AUDIENCES, experiences: [] })
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 2, maxLength: 4 }),
      fc.array(fc.tuple(fc.option(fc.string({ minLength: 1 }), { nil: undefined }), visitor), { minLength: 8 }),
      (parts, visitors) => {
        const experiences = makeExperiences(parts)
        const site = { ...base, experiences }
        const never = findRivalries(site).flatMap(({ path, message }) =>
          message.includes('never be shown') ? [experiences[path[1] as number]!.id] : [],
        )
        const manifest = { v: 1 as const, version: '', slots: site.slots, audiences: AUDIENCES, experiences }
        for (const [id, attributes] of visitors) {
          const [decision] = decide({ manifest, attributes, visitor: id, slots: ['home.hero'], now: NOW })
          expect(never).not.toContain(decision!.experience)
        }
      },
    ),
    { numRuns: 1_000 },
  )
})
