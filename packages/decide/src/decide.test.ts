import type { Attributes, Condition, Experience, Json, Manifest } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decide } from './index.ts'

const SEED = 20_240_229

const createManifest = (experiences: readonly Experience[], rest: Partial<Manifest> = {}): Manifest => ({
  v: 1,
  version: '1',
  slots: { hero: {}, banner: {} },
  audiences: { loyal: { 'visits.count': { $gte: 3 } } },
  experiences,
  ...rest,
})

const createExperience = (id: string, rest: Partial<Experience> = {}): Experience => ({
  id,
  slot: 'hero',
  kind: 'personalization',
  variants: [{ id: 'only', content: { text: id } }],
  ...rest,
})

test('whatever experiences a manifest holds, every slot asked for gets one decision, in order', () => {
  const json = fc.jsonValue() as fc.Arbitrary<Json>
  const scalar = fc.oneof(fc.double(), fc.string(), fc.constantFrom(null, true, 0, 1))
  const orJson = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 5, arbitrary }, { weight: 1, arbitrary: json })
  const experience = fc.record({
    id: orJson(fc.constantFrom('a', 'b')),
    slot: orJson(fc.constantFrom('hero', 'banner')),
    kind: orJson(fc.constantFrom('personalization', 'experiment')),
    priority: orJson(fc.nat(3)),
    audience: orJson(fc.constantFrom(undefined, 'loyal', 'odd')),
    coverage: orJson(fc.constantFrom(0, 0.5, 1)),
    seed: orJson(fc.constantFrom(undefined, 's')),
    variants: orJson(fc.array(orJson(fc.record({ id: json, weight: json, content: json })), { maxLength: 3 })),
  })
  const manifest = fc.record({
    experiences: fc.array(orJson(experience), { maxLength: 4 }),
    audiences: orJson(fc.record({ loyal: json, odd: json })),
    holdout: orJson(fc.record({ share: scalar, seed: scalar })),
  })
  const reasons = new Set<string>()
  fc.assert(
    fc.property(manifest, fc.constantFrom(undefined, 'v1', 'v2'), (parts, visitor) => {
      const slots = ['banner', 'hero', 'gone']
      const input = createManifest([], parts as unknown as Partial<Manifest>)
      const decisions = decide({ manifest: input, attributes: {}, visitor, slots })
      expect(decisions.map(({ slot }) => slot)).toEqual(slots)
      for (const { reason } of decisions) reasons.add(reason)
    }),
    { numRuns: 4_000, seed: SEED },
  )
  expect([...reasons].sort()).toEqual(['default', 'error', 'holdout', 'split', 'targeting_match'])
})

test('a fault while reading attributes is an error of the slots that read them', () => {
  const attributes = {
    visits: {
      get count(): number {
        throw new Error('the host is broken')
      },
    },
  }
  const manifest = createManifest([
    createExperience('a', { audience: 'loyal' }),
    createExperience('b', { slot: 'banner' }),
  ])
  expect(decide({ manifest, attributes }).map(({ reason }) => reason)).toEqual(['error', 'targeting_match'])
})

test('an audience is evaluated once per call, however many experiences ask for it', () => {
  let reads = 0
  const attributes: Attributes = {
    visits: {
      get count() {
        reads++
        return 1
      },
    },
  }
  const experiences = ['a', 'b', 'c'].flatMap((id) => [
    createExperience(id, { audience: 'loyal' }),
    createExperience(id, { audience: 'loyal', slot: 'banner' }),
  ])
  const manifest = createManifest(experiences)
  decide({ manifest, attributes })
  expect(reads).toBe(1)
  decide({ manifest, attributes })
  expect(reads).toBe(2)
})

test('nothing is remembered between calls', () => {
  const experiences = [createExperience('a')]
  const manifest = createManifest(experiences)
  const getFirst = () => decide({ manifest, attributes: {}, slots: ['hero'] })[0]?.experience
  expect(getFirst()).toBe('a')
  experiences[0] = createExperience('b')
  expect(getFirst()).toBe('b')
})

test('an audience is not evaluated for an experience that can no longer win, nor for a slot that was not asked for', () => {
  let reads = 0
  const attributes: Attributes = {
    visits: {
      get count() {
        reads++
        return 5
      },
    },
  }
  const manifest = createManifest([
    createExperience('winner', { priority: 2 }),
    createExperience('lower', { audience: 'loyal', priority: 1 }),
    createExperience('equal', { audience: 'loyal', priority: 2 }),
    createExperience('elsewhere', { audience: 'loyal', slot: 'banner' }),
  ])
  expect(decide({ manifest, attributes, slots: ['hero'] })).toMatchObject([{ experience: 'winner' }])
  expect(reads).toBe(0)
})

test('an unknown operator is reported, and its experience passed over', () => {
  const unknown: string[] = []
  const manifest = createManifest([createExperience('a', { audience: 'odd' }), createExperience('b')], {
    audiences: { odd: { a: { $near: 1 } } },
  })
  const [decision] = decide({ manifest, attributes: {}, slots: ['hero'], onUnknown: (name) => unknown.push(name) })
  expect(decision).toMatchObject({ experience: 'b' })
  expect(unknown).toEqual(['$near'])
})

test('a fault in one condition leaves the next ones their full depth', () => {
  const nest = (depth: number): Condition => (depth ? { $not: nest(depth - 1) } : {})
  const faults = Array.from({ length: 40 }, (_, index) => createExperience(`f${index}`, { audience: 'faulty' }))
  const deep = createExperience('deep', { audience: 'deep', priority: 1 })
  const manifest = createManifest([...faults, deep], {
    audiences: { faulty: { $and: [{ $or: [{ $not: 5 }] }] }, deep: nest(32) },
  })
  expect(decide({ manifest, attributes: {}, slots: ['hero'] })).toMatchObject([{ experience: 'deep' }])
})

test('a manifest of its own has decisions of its own', () => {
  const one = createManifest([createExperience('one')])
  const other = createManifest([createExperience('other')])
  const getFirst = (manifest: Manifest) => decide({ manifest, attributes: {}, slots: ['hero'] })[0]?.experience
  expect([getFirst(one), getFirst(other), getFirst(one)]).toEqual(['one', 'other', 'one'])
})

test('the winner is the first of all that match, by priority and then by place', () => {
  const experience = fc.record({ priority: fc.integer({ min: -1, max: 2 }), isLoyal: fc.boolean() })
  fc.assert(
    fc.property(fc.array(experience, { maxLength: 8 }), fc.integer({ min: 0, max: 5 }), (rows, visits) => {
      const experiences = rows.map(({ priority, isLoyal }, index) =>
        createExperience(`e${index}`, { priority, ...(isLoyal ? { audience: 'loyal' } : {}) }),
      )
      const matching = rows.flatMap((row, index) => (row.isLoyal && visits < 3 ? [] : [{ ...row, index }]))
      const highest = Math.max(...matching.map(({ priority }) => priority))
      const expected = matching.find(({ priority }) => priority === highest)
      const manifest = createManifest(experiences)
      const [decision] = decide({ manifest, attributes: { visits: { count: visits } }, slots: ['hero'] })
      expect(decision?.experience).toBe(expected && `e${expected.index}`)
    }),
    { numRuns: 2_000, seed: SEED },
  )
})

test('a visitor keeps the variant when another experience or slot is added', () => {
  const test = createExperience('test', { kind: 'experiment', variants: [{ id: 'control' }, { id: 'new' }] })
  const more = [test, createExperience('other', { slot: 'banner' }), createExperience('low', { priority: -1 })]
  fc.assert(
    fc.property(fc.uuid(), (visitor) => {
      const ask = (experiences: Experience[]) =>
        decide({ manifest: createManifest(experiences), attributes: {}, visitor, slots: ['hero'] })
      expect(ask(more)).toEqual(ask([test]))
    }),
    { numRuns: 500, seed: SEED },
  )
})

test('names of inherited members are ordinary slots, audiences and attributes', () => {
  const names = ['constructor', '__proto__', 'toString']
  const experiences = names.map((slot) => createExperience(`on ${slot}`, { slot, audience: slot }))
  const own = (value: Json) =>
    JSON.parse(`{${names.map((name) => `"${name}":${JSON.stringify(value)}`).join()}}`) as never
  const manifest = createManifest(experiences, { slots: own({}), audiences: own({ '__proto__.level': 1 }) })
  const attributes = JSON.parse('{"__proto__":{"level":1}}') as Attributes
  expect(decide({ manifest, attributes }).map(({ experience }) => experience)).toEqual(
    names.map((slot) => `on ${slot}`),
  )
  expect(decide({ manifest, attributes: {} }).map(({ reason }) => reason)).toEqual(['default', 'default', 'default'])
})

test('nothing that is handed in is changed', () => {
  const freeze = <T>(value: T): T => {
    if (typeof value === 'object' && value) Object.values(Object.freeze(value)).forEach(freeze)
    return value
  }
  const experiences = [createExperience('a'), createExperience('b', { priority: 1, audience: 'loyal' })]
  const manifest = freeze(createManifest(experiences, { holdout: { share: 0, seed: 'all' } }))
  const input = freeze({ manifest, attributes: { visits: { count: 5 } }, visitor: 'v1', context: { url: '/' } })
  expect(decide(input)[0]?.experience).toBe('b')
})
