import { expect, test } from 'vitest'
import { comparePaired, getMedian, getQuantile } from './statistics.mjs'

test('a quantile lies between its neighbours and ignores what was not measured', () => {
  expect(getQuantile([40, undefined, 10, 20, 30], 0.5)).toBe(25)
  expect(getQuantile([10, 20, 30], 0.95)).toBeCloseTo(29)
  expect(getMedian([undefined])).toBeUndefined()
})

test('ratios are taken within a round, so a slow round counts no more than a quick one', () => {
  const { ratio, low, high } = comparePaired([110, 1100, 220], [100, 1000, 200])
  expect([ratio, low, high]).toEqual([1.1, 1.1, 1.1])
})

test('a round in which one of the two failed is left out', () => {
  expect(comparePaired([120, undefined, 500], [100, 100, undefined])?.ratio).toBe(1.2)
  expect(comparePaired([undefined], [100])).toBeUndefined()
})

test('the interval is the same in every report of the same runs', () => {
  const own = [101, 130, 99, 150, 120]
  const reference = [100, 100, 100, 100, 100]
  const first = comparePaired(own, reference)
  expect(comparePaired(own, reference)).toEqual(first)
  expect(first.low).toBeLessThan(first.ratio)
  expect(first.high).toBeGreaterThan(first.ratio)
})
