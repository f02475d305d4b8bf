import { expect, test } from 'vitest'
import { getUpperBound } from './getUpperBound.mjs'

test.each([
  [0, 100, 1 - 0.05 ** (1 / 100)],
  [0, 1, 0.95],
  [1, 100, 0.0466],
  [5, 50, 0.1988],
  [3, 3, 1],
  [0, 0, 1],
])('%i of %i: at most %f', (k, n, expected) => {
  expect(getUpperBound(k, n)).toBeCloseTo(expected, 3)
})
