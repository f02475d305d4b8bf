import { readdirSync, readFileSync } from 'node:fs'
import type { Experience, Manifest } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bucket } from '../bucket.ts'
import { decide, type DecideInput } from '../decide.ts'
import { explain, type Consideration } from './index.ts'

const SEED = 20_240_229
const NOW = Date.UTC(2026, 10, 22, 10) // a Sunday

const createExperience = (id: string, rest: Partial<Experience> = {}): Experience => ({
  id,
  slot: 'hero',
  kind: 'personalization',
  variants: [{ id: 'only', content: { text: id } }],
  ...rest,
})

const createManifest = (experiences: readonly Experience[], rest: Partial<Manifest> = {}): Manifest => ({
  v: 1,
  version: '1',
  slots: { hero: {} },
  audiences: { loyal: { 'visits.count': { $gte: 3 } } },
  experiences,
  ...rest,
})

const explainHero = (experiences: readonly Experience[], rest: Partial<DecideInput> = {}, more?: Partial<Manifest>) => {
  const input = { manifest: createManifest(experiences, more), attributes: {}, visitor: 'v1', now: NOW, ...rest }
  const { slots, unknownOperators } = explain(input)
  return { ...slots[0]!, unknownOperators }
}

/** The gate and the sentence of an experience that is the only one. */
const stopOf = (experience: Partial<Experience>, rest?: Partial<DecideInput>, more?: Partial<Manifest>) => {
  const [first] = explainHero([createExperience('a', experience)], rest, more).considered
  return [first?.gate, first?.sentence]
}

test('each gate says what it met', () => {
  expect(stopOf({ schedule: { days: ['Mon'] } })).toEqual([
    'schedule',
    'Its schedule {"days":["Mon"]} does not run at 2026-11-22T10:00:00.000Z.',
  ])
  expect(stopOf({ schedule: { from: 0 } }, { now: undefined })).toEqual([
    'schedule',
    'Its schedule {"from":0} does not run without a clock.',
  ])
  expect(stopOf({ schedule: { days: ['Mon'], timeZone: 'Mars' } })[1]).toMatch(/^Its rules are at fault: .*Mars/)
  expect(stopOf({ audience: 'gone' })).toEqual(['audience', 'There is no audience "gone".'])
  expect(stopOf({ audience: 'loyal' }, { attributes: { visits: { count: 2 } } })).toEqual([
    'audience',
    'Not in audience "loyal": visits.count is 2, asked for $gte 3.',
  ])
  const consent = { personalization: 'denied', analytics: 'denied' } as const
  expect(stopOf({ audience: 'loyal' }, { attributes: { visits: { count: 5 } }, consent })).toEqual([
    'audience',
    'Not in audience "loyal": visits.count is missing, asked for $gte 3. Attributes are not looked at without consent.',
  ])
  expect(stopOf({ suppress: { holdings: 'loan' } }, { attributes: { holdings: 'loan' } })).toEqual([
    'suppress',
    'Suppressed: the visitor meets {"holdings":"loan"}.',
  ])
  const day = { counts: { a: { day: { impressions: 1, dismissals: 2 }, lastAt: NOW - 5 } } }
  expect(stopOf({ cap: { per: 'day', impressions: 3, dismissals: 2 } }, { memory: day })).toEqual([
    'cap',
    'Capped: 2 dismissals per day, and the cap is 2.',
  ])
  expect(stopOf({ cap: { per: 'day', coolDownMs: 6 } }, { memory: day })).toEqual([
    'cap',
    'Capped: it was met 5 ms ago, and cools down for 6 ms.',
  ])
  const ever = { counts: { a: { ever: { impressions: 3, dismissals: 1, ignored: 7 }, lastAt: NOW - 5 } } }
  expect(stopOf({ cap: { per: 'ever', ignored: 4, impressions: 3 } }, { memory: ever })[1]).toBe(
    'Capped: 3 impressions per ever, and the cap is 3.',
  )
  expect(stopOf({ cap: { per: 'ever', ignored: 4, dismissals: 2 } }, { memory: ever })[1]).toBe(
    'Capped: 7 ignored per ever, and the cap is 4.',
  )
  expect(stopOf({ cap: { per: 'day', impressions: 1, coolDownMs: 60 } }, { memory: ever })[1]).toBe(
    'Capped: it was met 5 ms ago, and cools down for 60 ms.',
  )
  expect(stopOf({ coverage: 0.5 }, { visitor: undefined })).toEqual([
    'visitor',
    'There is no visitor id to bucket, and not everyone gets the same.',
  ])
  expect(stopOf({ namespace: { id: 'home', range: [0.9, 1] } }, { visitor: 'visitor-1' })).toEqual([
    'namespace',
    'Bucket 1652 of namespace "home" is not within 9000 to 10000.',
  ])
  expect(stopOf({ coverage: 0, variants: [{ id: 'x', weight: 3 }, { id: 'y' }] }, { visitor: 'visitor-1' })).toEqual([
    'coverage',
    'Bucket 1217 belongs to no variant, with coverage 0 and weights x 3, y 1.',
  ])
  // In the namespace, and then nobody's.
  expect(
    stopOf({ namespace: { id: 'home', range: [0.1, 0.5] }, seed: 's', coverage: 0 }, { visitor: 'visitor-1' }),
  ).toEqual([
    'coverage',
    `Bucket ${bucket('s', 'visitor-1')} belongs to no variant, with coverage 0 and weights only 1.`,
  ])
  expect(stopOf({ variants: [{ id: 'x', weight: 0 }] }, { visitor: 'visitor-1' })[1]).toBe(
    'Bucket 1217 belongs to no variant, with coverage 1 and weights x 0.',
  )
  expect(stopOf({ audience: 'bad' }, {}, { audiences: { bad: { $and: 5 } } })).toEqual([
    'error',
    'Its rules are at fault: list.every is not a function.',
  ])
  expect(stopOf({ audience: 'bad' }, {}, { audiences: { bad: 5 as never } })[1]).toBe(
    'Its rules are at fault: a condition is malformed, or nested too deep.',
  )
  expect(stopOf({}, {}, { holdout: { share: 1, seed: 's' } })).toEqual(['holdout', 'The visitor is in the holdout.'])
})

test('all experiences of a slot are listed in the order of their priority, also behind the winner', () => {
  const { considered, sentence, decision } = explainHero([
    createExperience('low', { priority: -1 }),
    createExperience('elsewhere', { slot: 'banner' }),
    createExperience('first'),
    createExperience('second'),
    createExperience('high', { priority: 5, audience: 'loyal' }),
  ])
  const row = ({ experience, priority, gate }: Consideration) => [experience, priority, gate]
  expect(considered.map(row)).toEqual([
    ['high', 5, 'audience'],
    ['first', 0, undefined],
    ['second', 0, 'priority'],
    ['low', -1, 'priority'],
  ])
  expect(considered[1]).toMatchObject({ variant: 'only', sentence: 'It wins with variant "only".' })
  expect(considered[3]?.sentence).toBe('Experience "first" comes first.')
  expect(sentence).toBe('Experience "first" shows variant "only".')
  expect(decision.experience).toBe('first')
})

test('nothing behind a fault is looked at', () => {
  const { considered, sentence } = explainHero([
    createExperience('bad', { suppress: { $or: 1 } }),
    createExperience('good'),
  ])
  expect(considered.map(({ gate }) => gate)).toEqual(['error', 'priority'])
  expect(sentence).toBe('The rules of an experience are at fault, so the baseline stays.')
})

test('the baseline has its reasons', () => {
  const consent = { personalization: 'pending', analytics: 'pending' } as const
  expect(explainHero([]).sentence).toBe('No experience admits the visitor, so the baseline stays.')
  expect(explainHero([], { consent }).sentence).toBe('Nothing that needs no consent matched, so the baseline stays.')
  expect(explainHero([], {}, { holdout: { share: 1, seed: 's' } }).sentence).toBe(
    'The visitor is in the holdout, so the baseline stays.',
  )
})

test('unknown operators are collected once each', () => {
  const suppress = { b: { $far: 1 } }
  const { unknownOperators } = explainHero(
    [
      createExperience('a', { audience: 'odd' }),
      createExperience('b', { audience: 'odd' }),
      createExperience('c', { suppress }),
    ],
    {},
    { audiences: { odd: { a: { $near: 1 } } } },
  )
  expect(unknownOperators).toEqual(['$near', '$far'])
})

test('the rows of every case file are explained as they are decided', () => {
  const folder = new URL('../../cases/', import.meta.url)
  const files = readdirSync(folder).filter((file) => file.startsWith('decide-'))
  const gates = new Set<string>()
  for (const file of files) {
    for (const { name, input } of JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
      name: string
      input: DecideInput
    }[]) {
      const { slots } = explain(input)
      expect([file, name, slots.map(({ decision }) => decision)]).toEqual([file, name, decide(input)])
      for (const { decision, considered } of slots) {
        const winner = considered.find(({ gate }) => !gate)
        expect([file, name, winner?.experience, winner?.variant]).toEqual([
          file,
          name,
          decision.experience,
          decision.variant,
        ])
        for (const { gate, sentence } of considered) {
          if (gate) gates.add(gate)
          expect(sentence).toMatch(/^[A-Z].*\.$/)
        }
      }
    }
  }
  expect([...gates].sort()).toEqual(
    'audience cap coverage error holdout namespace priority schedule suppress visitor'.split(' '),
  )
})

test('the winner of the trace is the winner of the decision, whatever the rules', () => {
  const conditions = [{ a: 1 }, { a: { $gt: 1 } }, {}, { $and: 5 }, { a: { $near: 1 } }]
  const rarely = <T>(...values: T[]) =>
    fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.constantFrom(...values))
  const experience = fc.record(
    {
      id: fc.constantFrom('a', 'b', 'c'),
      slot: fc.constantFrom('hero', 'banner'),
      kind: fc.constantFrom('personalization', 'experiment'),
      priority: fc.integer({ min: 0, max: 2 }),
      audience: rarely('one', 'none', 'faulty'),
      suppress: rarely(...conditions),
      schedule: rarely<object | number>(
        { to: NOW },
        { from: NOW },
        { days: ['Sun'] },
        { days: ['Sun'], timeZone: 'Mars' },
      ),
      cap: rarely<object | number>({ per: 'day', impressions: 1 }, { per: 'ever', coolDownMs: 10 }),
      namespace: rarely<object | number>({ id: 'n', range: [0, 0.5] }, { id: 'n', range: [0.5, 1] }),
      coverage: rarely<object | number>(0, 0.5, 1),
      variants: fc.constantFrom([{ id: 'x' }], [{ id: 'x' }, { id: 'y' }]),
    },
    { requiredKeys: ['id', 'slot', 'kind', 'variants'] },
  ) as fc.Arbitrary<Experience>
  const input = fc.record({
    visitor: fc.constantFrom(undefined, 'v1', 'v2', 'v3'),
    attributes: fc.constantFrom({}, { a: 1 }, { a: 2 }),
    now: fc.constantFrom(undefined, NOW),
    consent: fc.constantFrom(undefined, { personalization: 'denied', analytics: 'denied' } as const),
    memory: fc.constantFrom(undefined, {
      counts: { a: { day: { impressions: 1 }, lastAt: NOW } },
      assignments: { b: 'y' },
    }),
  })
  let won = 0
  fc.assert(
    fc.property(fc.array(experience, { maxLength: 5 }), input, (experiences, rest) => {
      const audiences = { one: { a: 1 }, faulty: { $nor: 5 } }
      const manifest = createManifest(experiences, { audiences, slots: { hero: {}, banner: {} } })
      const { slots } = explain({ manifest, ...rest })
      expect(slots.map(({ decision }) => decision)).toEqual(decide({ manifest, ...rest }))
      for (const { decision, considered } of slots) {
        const end = considered.find(({ gate }) => !gate || gate === 'error')
        expect(end?.variant).toBe(decision.variant)
        expect(end?.gate === 'error').toBe(decision.reason === 'error')
        if (decision.experience) won++
      }
    }),
    { numRuns: 4_000, seed: SEED },
  )
  expect(won).toBeGreaterThan(1_000)
})
