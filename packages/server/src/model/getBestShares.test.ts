import { expect, test } from 'vitest'
import type { Arm } from './arm.ts'
import { getBeliefs } from './beliefs.ts'
import { getBestShares } from './getBestShares.ts'
import { createRandom, drawBeta, drawMean } from '../../test/drawing.ts'

const arm = (n: number, sum: number, squares = sum): Arm => ({ n, sum, squares, at: 0 })
const shares = (arms: readonly Arm[], isValue = false) => getBestShares(getBeliefs(arms, isValue))

const DRAWS = 40_000

/** How often each arm is the best of a draw. */
function countDraws(arms: readonly Arm[], draw: (arm: Arm) => number): number[] {
  const wins = arms.map(() => 0)
  for (let n = 0; n < DRAWS; n++) {
    const drawn = arms.map(draw)
    wins[drawn.indexOf(Math.max(...drawn))]!++
  }
  return wins.map((one) => one / DRAWS)
}

const cases: [string, Arm[]][] = [
  ['two of which nothing is known', [arm(0, 0), arm(0, 0)]],
  ['four of which nothing is known', [arm(0, 0), arm(0, 0), arm(0, 0), arm(0, 0)]],
  ['one known well, one not at all', [arm(10_000, 500), arm(0, 0)]],
  ['rates as they are', [arm(1_000, 20), arm(900, 25), arm(1_100, 24)]],
  ['never won', [arm(500, 0), arm(50, 0), arm(5, 0)]],
  ['always won', [arm(20, 20), arm(40, 39)]],
  ['a million trials beside ten', [arm(1e6, 50_000), arm(10, 1), arm(1e6, 50_300)]],
]

test.each(cases)('the shares are those of drawing: %s', (_what, arms) => {
  const random = createRandom(7)
  const drawn = countDraws(arms, ({ n, sum }) => drawBeta(random, 1 + sum, 1 + n - sum))
  shares(arms).forEach((share, index) => expect(share).toBeCloseTo(drawn[index]!, 1.85))
})

test('the shares are those of drawing also where values are learnt', () => {
  const random = createRandom(9)
  const arms = [arm(50, 1_000, 40_000), arm(40, 1_000, 45_000), arm(5, 20, 200)]
  const common = arms.reduce((all, { n, sum, squares }) => arm(all.n + n, all.sum + sum, all.squares + squares))
  const drawn = countDraws(arms, (one) => drawMean(random, one, common))
  shares(arms, true).forEach((share, index) => expect(share).toBeCloseTo(drawn[index]!, 1.85))
})

test('they add up to 1, and one arm has all', () => {
  expect(shares([arm(3, 1)])).toEqual([1])
  for (const [, arms] of cases) expect(shares(arms).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
})
