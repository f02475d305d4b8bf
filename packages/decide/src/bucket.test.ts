import { GrowthBook } from '@growthbook/growthbook'
import type { Manifest } from '@unblink/protocol'
import fc from 'fast-check'
import { afterAll, expect, test, vi } from 'vitest'
import { bucket } from './bucket.ts'
import { decide } from './index.ts'
import { isInRange } from './isInRange.ts'
import { pickVariant } from './pickVariant.ts'

/*
 * GrowthBook's hash and ranges are the reference. One difference is on purpose: weights that do not add up to 1 are
 * replaced by equal ones there (and sums within 0.01 of 1 are taken as they are); here they are relative shares. A coverage
 * above 1, which publishing refuses, is not clamped here.
 */

const SEED = 20_240_229

interface Shares {
  readonly seed: string
  readonly id: string
  readonly weights: readonly number[]
  readonly coverage?: number
}

/** The index of the variant that an id falls to, or -1. */
const assign = ({ seed, id, weights, coverage = 1 }: Shares) => {
  const variants = weights.map((weight, index) => ({ id: `${index}`, weight }))
  return Number(pickVariant({ id: 'experience', seed, variants, coverage }, id)?.id ?? -1)
}

// GrowthBook reports a coverage outside 0 to 1 on the console.
const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined)
afterAll(() => silenced.mockRestore())

/** GrowthBook's answer: the variant's index or -1, and the bucket as a share of 1. */
const askGrowthBook = (seed: string, id: string, weights: number[], coverage: number) => {
  const growthbook = new GrowthBook({ attributes: { id } })
  const variations = weights.map((_, index) => index) as [number, number, ...number[]]
  const result = growthbook.run({ key: 'test', seed, hashVersion: 2, variations, weights, coverage })
  growthbook.destroy()
  return { index: result.inExperiment ? result.variationId : -1, bucket: result.bucket }
}

const text = fc.oneof(fc.uuid(), fc.string({ minLength: 1 }), fc.string({ minLength: 1, unit: 'binary' }))

/** Two to five weights in hundredths that add up to 1. */
const weights = fc
  .array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 4 })
  .map((cuts) => [0, ...cuts.sort((a, b) => a - b), 100])
  .map((cuts) => cuts.slice(1).map((cut, index) => (cut - cuts[index]!) / 100))

test('ids fall into the same buckets and to the same choices as with GrowthBook', () => {
  const coverage = fc.oneof(fc.constantFrom(0, 0.1, 0.5, 1, -1), fc.double({ min: 0, max: 1, noNaN: true }))
  fc.assert(
    fc.property(text, text, weights, coverage, (seed, id, shares, part) => {
      const theirs = askGrowthBook(seed, id, shares, part)
      expect(assign({ seed, id, weights: shares, coverage: part })).toBe(theirs.index)
      if (theirs.bucket !== undefined) expect(bucket(seed, id) / 10_000).toBe(theirs.bucket)
    }),
    { numRuns: 20_000, seed: SEED },
  )
})

test('weights of any scale share out as the same weights that add up to 1', () => {
  fc.assert(
    fc.property(text, text, weights, fc.constantFrom(1, 2, 8, 100), (seed, id, shares, scale) => {
      const scaled = shares.map((share) => Math.round(share * 100) * scale)
      expect(assign({ seed, id, weights: scaled })).toBe(assign({ seed, id, weights: shares }))
    }),
    { numRuns: 5_000, seed: SEED },
  )
})

test('raising the coverage admits more ids and moves none', () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(text, weights, part, part, (id, shares, one, other) => {
      const before = assign({ seed: 's', id, weights: shares, coverage: Math.min(one, other) })
      const after = assign({ seed: 's', id, weights: shares, coverage: Math.max(one, other) })
      expect(before === -1 || before === after).toBe(true)
    }),
    { numRuns: 5_000, seed: SEED },
  )
})

// Statistics of fixed ids, so each figure is the same in every run. The limits are chi-square's for p = 0.001.
const COUNT = 100_000
const serial = Array.from({ length: COUNT }, (_, index) => `visitor-${index}`)
const uuids = fc.sample(fc.uuid({ version: 4 }), { numRuns: COUNT, seed: SEED })
const KINDS = [
  ['serial numbers', serial],
  ['UUIDs', uuids],
] as const

const getChiSquare = (counts: readonly number[], expected: readonly number[]) =>
  counts.reduce((sum, count, index) => sum + (count - expected[index]!) ** 2 / expected[index]!, 0)

test.each(KINDS)('buckets of %s are uniform', (_, ids) => {
  const counts = new Array<number>(100).fill(0)
  for (const id of ids) counts[Math.floor(bucket('hero', id) / 100)]!++
  const expected = counts.map(() => COUNT / 100)
  expect(getChiSquare(counts, expected)).toBeLessThan(148.2) // 99 degrees of freedom
})

/** Chi-square of a 10 x 10 table: the deciles of two buckets of the same ids. */
const getDependence = (ids: readonly string[], one: string, other: string) => {
  const table = new Array<number>(100).fill(0)
  for (const id of ids) table[Math.floor(bucket(one, id) / 1_000) * 10 + Math.floor(bucket(other, id) / 1_000)]!++
  const sum = (isIn: (index: number) => boolean) => table.reduce((all, n, index) => all + (isIn(index) ? n : 0), 0)
  const rows = Array.from({ length: 10 }, (_, row) => sum((index) => Math.floor(index / 10) === row))
  const columns = Array.from({ length: 10 }, (_, column) => sum((index) => index % 10 === column))
  return getChiSquare(
    table,
    table.map((_, index) => (rows[Math.floor(index / 10)]! * columns[index % 10]!) / COUNT),
  )
}

test.each(KINDS)('buckets of %s under two seeds are independent', (_, ids) => {
  const LIMIT = 126.1 // 81 degrees of freedom
  expect(getDependence(ids, 'hero', 'banner')).toBeLessThan(LIMIT)
  expect(getDependence(ids, 'hero-1', 'hero-2')).toBeLessThan(LIMIT)
  expect(getDependence(ids, 'holdout:hero', 'hero')).toBeLessThan(LIMIT)
  expect(getDependence(ids, 'namespace:hero', 'hero')).toBeLessThan(LIMIT)
  expect(getDependence(ids, 'namespace:hero', 'holdout:hero')).toBeLessThan(LIMIT)
})

test.each(KINDS)('the measure of independence would notice: %s under one seed', (_, ids) => {
  expect(getDependence(ids, 'hero', 'hero')).toBeGreaterThan(COUNT)
})

test.each(KINDS)('weights, coverage and holdout get their share of %s', (_, ids) => {
  const shares = [0.2, 0.3, 0.5]
  const counts = [0, 0, 0, 0] // the last: not covered
  for (const id of ids) {
    const index = assign({ seed: 'pricing', id, weights: shares, coverage: 0.8 })
    counts[index < 0 ? 3 : index]!++
  }
  const expected = [...shares.map((share) => share * 0.8 * COUNT), 0.2 * COUNT]
  expect(getChiSquare(counts, expected)).toBeLessThan(16.3) // 3 degrees of freedom

  const out = ids.filter((id) => isInRange(`holdout:pricing${id}`, 0, 0.05)).length
  expect(getChiSquare([out, COUNT - out], [0.05 * COUNT, 0.95 * COUNT])).toBeLessThan(10.9) // 1 degree of freedom
})

test('an experiment splits the visitors that are left after the holdout evenly', () => {
  const manifest: Manifest = {
    v: 1,
    version: '1',
    slots: { hero: {} },
    audiences: {},
    holdout: { share: 0.1, seed: 'same' },
    experiences: [{ id: 'same', slot: 'hero', kind: 'experiment', variants: [{ id: 'control' }, { id: 'new' }] }],
  }
  const counts = { control: 0, new: 0 }
  for (const visitor of uuids) {
    const [decision] = decide({ manifest, attributes: {}, visitor })
    if (decision?.variant) counts[decision.variant as keyof typeof counts]++
  }
  const half = (counts.control + counts.new) / 2
  expect(half).toBeGreaterThan(0.44 * COUNT)
  expect(getChiSquare([counts.control, counts.new], [half, half])).toBeLessThan(10.9) // no sample-ratio mismatch
})

test('experiments that share a namespace share no visitor, and each splits its own evenly', () => {
  const createExperiment = (id: string, from: number, to: number): Manifest['experiences'][number] => ({
    id,
    slot: id,
    kind: 'experiment',
    namespace: { id: 'checkout', range: [from, to] },
    variants: [{ id: 'control' }, { id: 'new' }],
  })
  const manifest: Manifest = {
    v: 1,
    version: '1',
    slots: { price: {}, layout: {} },
    audiences: {},
    experiences: [createExperiment('price', 0, 0.3), createExperiment('layout', 0.3, 1)],
  }
  const counts: Record<string, number> = {}
  for (const visitor of uuids) {
    const given = decide({ manifest, attributes: {}, visitor }).filter(({ variant }) => variant)
    const name = given.map(({ experience, variant }) => `${experience} ${variant}`).join()
    counts[name] = (counts[name] ?? 0) + 1
  }
  const names = ['price control', 'price new', 'layout control', 'layout new']
  expect(Object.keys(counts).sort()).toEqual([...names].sort()) // never both, never neither
  const observed = names.map((name) => counts[name]!)
  const expected = [0.15, 0.15, 0.35, 0.35].map((share) => share * COUNT)
  expect(getChiSquare(observed, expected)).toBeLessThan(16.3) // 3 degrees of freedom
})

test('the bucket that is shown is the one that is compared', () => {
  fc.assert(
    fc.property(text, text, (seed, id) => {
      const at = bucket(seed, id) / 10_000
      expect([isInRange(seed + id, at, at + 0.00005), isInRange(seed + id, 0, at)]).toEqual([true, false])
    }),
    { numRuns: 2_000, seed: SEED },
  )
})
