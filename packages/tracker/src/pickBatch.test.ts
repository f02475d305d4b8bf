import fc from 'fast-check'
import { expect, test } from 'vitest'
import { getByteLength } from './getByteLength.ts'
import { pickBatch } from './pickBatch.ts'
import type { Kept } from './row.ts'

const row = (i: string, { j = '{}', s = 'a', x = 0 }: Partial<Kept> = {}): Kept => ({ i, j, a: 0, s, r: 0, x })
const ids = (rows: readonly Kept[]) => rows.map(({ i }) => i).join('')

test('takes from the front as many as it may', () => {
  expect(ids(pickBatch([row('1'), row('2'), row('3')], 2, 1_000))).toBe('12')
})

test('counts bytes as they travel, not characters', () => {
  const snowmen = [row('1', { j: '☃'.repeat(10) }), row('2', { j: '☃'.repeat(10) })]
  expect(ids(pickBatch(snowmen, 50, 61))).toBe('1')
  expect(ids(pickBatch(snowmen, 50, 62))).toBe('12')
})

test('holds one session only', () => {
  const rows = [row('1'), row('2', { s: 'b' }), row('3'), row('4', { s: 'b' })]
  expect(ids(pickBatch(rows, 50, 1_000))).toBe('13')
})

test('an event that has failed alone travels alone', () => {
  const rows = [row('1', { x: 1 }), row('2', { x: 1 }), row('3', { x: 2 })]
  expect(ids(pickBatch(rows, 50, 1_000))).toBe('1')
  expect(ids(pickBatch([row('0'), ...rows], 50, 1_000))).toBe('0')
})

test('of nothing picks nothing', () => {
  expect(pickBatch([], 50, 1_000)).toEqual([])
})

test('never exceeds its limits, and always takes the first that fits', () => {
  const some = fc.array(
    fc.record({ j: fc.string({ unit: 'grapheme', maxLength: 40 }), s: fc.constantFrom('a', 'b'), x: fc.nat(2) }),
  )
  fc.assert(
    fc.property(
      some,
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 500 }),
      (members, maxEvents, maxBytes) => {
        const rows = members.map((member, index) => row(String(index), member)).sort((a, b) => a.x - b.x)
        const batch = pickBatch(rows, maxEvents, maxBytes)
        expect(batch.length).toBeLessThanOrEqual(maxEvents)
        expect(getByteLength(batch.map(({ j }) => j).join())).toBeLessThanOrEqual(maxBytes)
        if (rows[0] && getByteLength(rows[0].j) < maxBytes) expect(batch[0]).toBe(rows[0])
      },
    ),
  )
})
