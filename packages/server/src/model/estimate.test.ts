import { expect, test } from 'vitest'
import { createRandom } from '../../test/drawing.ts'
import { estimate, type Policy } from './estimate.ts'
import type { LoggedTrial } from './createTrials.ts'

const VARIANTS = ['a', 'b']
/** By context: who is gold likes b. */
const TRUTH: Readonly<Record<string, readonly [number, number]>> = { '': [0.3, 0.1], gold: [0.2, 0.5] }
const GOLD = 0.4

const always =
  (own: string): Policy =>
  (_context, variant) =>
    variant === own ? 1 : 0
const byContext: Policy = (context, variant) => (variant === (context === 'gold' ? 'b' : 'a') ? 1 : 0)

/** Trials of a policy that prefers a, and more so where that is wrong. */
function simulate(seed: number, count: number, k = 1): LoggedTrial[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const context = random() < GOLD ? 'gold' : ''
    const chance = context === 'gold' ? 0.9 : 0.6
    const index = random() < chance ? 0 : 1
    return {
      visitor: `v${Math.floor(random() * 1e9)}`,
      variant: VARIANTS[index]!,
      context,
      p: index === 0 ? chance : 1 - chance,
      reward: random() < TRUTH[context]![index] ? 1 : 0,
      weight: 1 / (k * k),
    }
  })
}

const getMean = (context: string, policy: Policy) =>
  VARIANTS.reduce((mean, one, index) => mean + policy(context, one) * TRUTH[context]![index]!, 0)

const getTruth = (policy: Policy) => (1 - GOLD) * getMean('', policy) + GOLD * getMean('gold', policy)

const policies: [string, Policy][] = [
  ['always a', always('a')],
  ['always b', always('b')],
  ['by context', byContext],
  ['even', () => 0.5],
]

test.each(policies)('95 of 100 intervals hold the truth: %s', (_name, policy) => {
  const truth = getTruth(policy)
  const found = Array.from({ length: 400 }, (_, seed) => estimate(simulate(seed + 1, 600), VARIANTS, policy)!)
  for (const kind of ['ips', 'dr'] as const) {
    const held = found.filter((one) => one[kind].low <= truth && truth <= one[kind].high).length / found.length
    // Of 400 with a chance of 0.95 each: all but one in ten thousand are above 0.91.
    expect(held).toBeGreaterThan(0.91)
    const mean = found.reduce((sum, one) => sum + one[kind].mean, 0) / found.length
    expect(mean).toBeCloseTo(truth, 2)
  }
})

test('doubly robust is narrower where it matters', () => {
  const width = (kind: 'ips' | 'dr') =>
    Array.from({ length: 50 }, (_, seed) => estimate(simulate(seed + 1, 600), VARIANTS, byContext)![kind]).reduce(
      (sum, { low, high }) => sum + high - low,
      0,
    )
  expect(width('dr')).toBeLessThan(width('ips'))
})

test('a trial that counts less moves the estimate less', () => {
  const many = simulate(1, 500)
  const loud = simulate(2, 500, 30).map((trial) => ({ ...trial, reward: 1 }))
  const [plain, both] = [many, [...many, ...loud]].map((trials) => estimate(trials, VARIANTS, always('a'))!)
  expect(both!.ips.mean).toBeCloseTo(plain!.ips.mean, 2)
})

test('of fewer than two trials nothing is said', () => {
  expect(estimate(simulate(1, 1), VARIANTS, byContext)).toBeUndefined()
})
