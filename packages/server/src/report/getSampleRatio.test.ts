import { expect, test } from 'vitest'
import { getDifference } from './getDifference.ts'
import { getRate } from './getRate.ts'
import { getChance, getSampleRatio } from './getSampleRatio.ts'

test.each([
  [3.841459, 1],
  [5.991465, 2],
  [7.814728, 3],
  [18.307038, 10],
  [30.143527, 19],
])('a chi-square of %f with %i degrees has the chance of the tables, 5 %%', (chiSquare, degrees) => {
  expect(getChance(chiSquare, degrees)).toBeCloseTo(0.05, 6)
})

test('nothing uneven is certain, anything absurd is impossible', () => {
  expect(getChance(0, 1)).toBe(1)
  expect(getChance(900, 1)).toBeCloseTo(0, 12)
  expect(getChance(1e9, 3)).toBe(0)
})

test('half of a thousand is no mismatch at 510 and one at 570; weights need not add up to 1', () => {
  const halve = (count: number) =>
    getSampleRatio([
      { count, weight: 50 },
      { count: 1_000 - count, weight: 50 },
    ])
  expect(halve(510)).toEqual({ p: expect.closeTo(0.527, 3) as number, isOff: false })
  expect(halve(570)).toMatchObject({ isOff: true })
})

test('too few visitors, or a single group, tell nothing; a variant of no weight is no group', () => {
  expect(
    getSampleRatio([
      { count: 4, weight: 1 },
      { count: 5, weight: 1 },
    ]),
  ).toBeUndefined()
  expect(getSampleRatio([{ count: 4_000, weight: 1 }])).toBeUndefined()
  expect(getSampleRatio([])).toBeUndefined()
  const three = [
    { count: 50, weight: 1 },
    { count: 50, weight: 1 },
    { count: 3, weight: 0 },
  ]
  expect(getSampleRatio(three)).toEqual({ p: 1, isOff: false })
})

test('rates have the intervals that Newcombe’s papers of 1998 print for Wilson’s, and differences his own', () => {
  const one = getRate(81, 263)
  expect([one.low, one.high]).toEqual([expect.closeTo(0.2553, 4), expect.closeTo(0.3662, 4)])
  const { difference, low, high } = getDifference(getRate(56, 70), getRate(48, 80))
  expect([difference, low, high]).toEqual([
    expect.closeTo(0.2, 9),
    expect.closeTo(0.0524, 4),
    expect.closeTo(0.3339, 4),
  ])
})

test('of nobody any rate is possible, of ten without a conversion not only 0', () => {
  expect(getRate(0, 0)).toEqual({ rate: 0, low: 0, high: 1 })
  expect(getRate(0, 10)).toEqual({ rate: 0, low: 0, high: expect.closeTo(0.2775, 3) as number })
  expect(getRate(10, 10).high).toBe(1)
})
