import { expect, test } from 'vitest'
import { createRandom } from '../../../test/drawing.ts'
import { getDrift, MOVED } from './getDrift.ts'

const RUNS = 200
const draw = (random: () => number, count: number, shift = 0) =>
  Array.from({ length: count }, () => (random() + random() + random()) * 10 + shift)
const NAMES = ['shoes', 'hats', 'coats', 'bags', 'belts', 'gloves', 'socks', 'shirts']
const name = (values: readonly number[]) =>
  values.map((value) => NAMES[Math.min(NAMES.length - 1, Math.floor(value / 4))]!)

/** In how many of the runs, each of so many values, something is said to have moved. */
const countMoved = (
  count: number,
  shift: number,
  toValues: (values: readonly number[]) => readonly (string | number)[],
) =>
  Array.from({ length: RUNS }, (_, seed) => {
    const random = createRandom(seed + 1)
    return getDrift(toValues(draw(random, count)), toValues(draw(random, count, shift)))!
  }).filter((drift) => drift > MOVED).length

test.each([
  ['numbers', (values: readonly number[]) => values],
  ['names', name],
])('%s that come from the same are not said to have moved, few as they are; others are', (_what, toValues) => {
  expect(countMoved(100, 0, toValues)).toBeLessThan(RUNS * 0.03)
  expect(countMoved(100, 5, toValues)).toBeGreaterThan(RUNS * 0.95)
  expect(countMoved(1_000, 0, toValues)).toBe(0)
})

test.each([20, 40, 200, 2_000])('ids, %i of them equally common, are not said to have moved either', (ids) => {
  const moved = Array.from({ length: RUNS }, (_, seed) => {
    const random = createRandom(seed + 1)
    const pick = (count: number) => Array.from({ length: count }, () => `id ${Math.floor(random() * ids)}`)
    return [getDrift(pick(100), pick(100))!, getDrift(pick(700), pick(140))!]
  }).flat()
  expect(moved.filter((drift) => drift > MOVED).length).toBeLessThan(RUNS * 0.06)
})

test('one value in the place of thousands of ids is a move', () => {
  const ids = Array.from({ length: 1_000 }, (_, n) => `id ${n}`)
  expect(getDrift(ids, Array<string>(100).fill('undefined'))).toBeGreaterThan(1)
  expect(getDrift(ids, [...ids.slice(0, 80), ...Array<string>(20).fill('undefined')])).toBeGreaterThan(MOVED)
})

test('of fewer than a hundred nothing is said, and a value that was never there is a move', () => {
  expect(getDrift(Array<number>(99).fill(1), Array<number>(500).fill(1))).toBeUndefined()
  expect(getDrift(Array<number>(100).fill(1), Array<number>(100).fill(1))).toBe(0)
  expect(getDrift(Array<string>(100).fill('old'), Array<string>(100).fill('new'))).toBeGreaterThan(1)
})
