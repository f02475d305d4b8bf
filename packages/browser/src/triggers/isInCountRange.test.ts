import { expect, test } from 'vitest'
import { isInCountRange } from './isInCountRange.ts'

test.each([
  [2, [2]],
  [{ $gte: 3 }, [3, 4, 5]],
  [{ $lte: 2 }, [1, 2]],
  [{ $gte: 2, $lte: 4 }, [2, 3, 4]],
])('%j is met by %j of 1 to 5', (range, met) => {
  expect([1, 2, 3, 4, 5].filter((n) => isInCountRange(range, n))).toEqual(met)
})
