import { expect, test } from 'vitest'
import { createRandom, drawBeta } from '../../test/drawing.ts'
import { createArms, type Arms } from './createArms.ts'
import { getWeight, type Credit } from './credit.ts'
import type { Bandit } from './getBandit.ts'

const DAY = 86_400_000
const T0 = Date.UTC(2026, 0, 5)

const bandit = (over: Partial<Bandit> = {}): Bandit => ({
  experience: 'offer',
  variants: ['a', 'b', 'c'],
  goal: 'buy',
  floor: 0,
  halfLifeMs: 14 * DAY,
  windowMs: DAY,
  contexts: [],
  ...over,
})

function teach(
  arms: Arms,
  own: Bandit,
  {
    variant,
    won = false,
    at = T0,
    context = '',
    weight = 1,
    value = 1,
  }: {
    variant: string
    won?: boolean
    at?: number
    context?: string
    weight?: number
    value?: number
  },
) {
  const credit: Credit = { experience: own.experience, context, variant, at, weight }
  arms.learn(won ? [credit, { ...credit, won: value }] : [credit], () => own)
}

const pick = (shares: readonly number[], at: number): number => {
  let sum = 0
  const found = shares.findIndex((share) => at < (sum += share))
  return found < 0 ? shares.length - 1 : found
}

const RATES = [0.05, 0.07, 0.1]
const VISITORS = 4_000
/** The mean of so many is known to within a few per cent. */
const RUNS = { ours: 80, reference: 300 }
/** The first visitors come one by one, for whom shares are worked out anew; later ones ten at a time. */
const SINGLE = 300

/** What was lost by not always giving the best. */
const getRegret = (counts: readonly number[], rates = RATES) =>
  counts.reduce((sum, count, index) => sum + count * (Math.max(...rates) - rates[index]!), 0)

/** Thompson sampling as in the textbook: one draw of each arm for each visitor. */
function runReference(seed: number): number {
  const random = createRandom(seed)
  const counts = RATES.map(() => 0)
  const wins = RATES.map(() => 0)
  for (let n = 0; n < VISITORS; n++) {
    const drawn = RATES.map((_, arm) => drawBeta(random, 1 + wins[arm]!, 1 + counts[arm]! - wins[arm]!))
    const arm = drawn.indexOf(Math.max(...drawn))
    counts[arm]!++
    if (random() < RATES[arm]!) wins[arm]!++
  }
  return getRegret(counts)
}

function runOurs(seed: number): number {
  const random = createRandom(seed)
  const own = bandit({ halfLifeMs: 1e15 })
  const arms = createArms({ refreshMs: 10 })
  const getTime = (n: number) => T0 + (n < SINGLE ? 10 * n : 10 * SINGLE + n - SINGLE)
  const counts = RATES.map(() => 0)
  for (let n = 0; n < VISITORS; n++) {
    const arm = pick(arms.getShares(own, '', getTime(n)), random())
    counts[arm]!++
    teach(arms, own, { variant: own.variants[arm]!, won: random() < RATES[arm]!, at: getTime(n) })
  }
  return getRegret(counts)
}

const getMean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length

test('on a site whose truth is known the regret is within a tenth of textbook Thompson sampling', () => {
  const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
  const ours = getMean(seeds(RUNS.ours).map(runOurs))
  const reference = getMean(seeds(RUNS.reference).map((seed) => runReference(seed + 1_000)))
  expect(ours).toBeLessThan(reference * 1.1)
  // An even split, for comparison: it would lose many times as much.
  expect(ours).toBeLessThan(getRegret(RATES.map(() => VISITORS / RATES.length)) / 3)
}, 60_000)

test('every variant keeps its floor, and the rest goes to the best', () => {
  const arms = createArms({ refreshMs: 0 })
  const own = bandit({ floor: 0.1 })
  for (let n = 0; n < 600; n++) teach(arms, own, { variant: own.variants[n % 3]!, won: n % 3 === 2 && n % 2 === 0 })
  const shares = arms.getShares(own, '', T0)
  expect(shares[0]).toBeCloseTo(0.1, 6)
  expect(shares[1]).toBeCloseTo(0.1, 6)
  expect(shares[2]).toBeCloseTo(0.8, 6)
  expect(arms.getBest(own, T0)).toBe('c')
})

test('a floor that is more than an even share is one', () => {
  const own = bandit({ floor: 0.5 })
  for (const share of createArms().getShares(own, '', T0)) expect(share).toBeCloseTo(1 / 3, 9)
})

test('when taste changes, what was learnt fades and the other wins', () => {
  const arms = createArms({ refreshMs: 0 })
  const own = bandit({ variants: ['a', 'b'], halfLifeMs: DAY, floor: 0.05 })
  const teachDay = (day: number, best: string) => {
    for (let n = 0; n < 200; n++)
      for (const variant of own.variants)
        teach(arms, own, { variant, won: n % 10 < (variant === best ? 3 : 1), at: T0 + day * DAY })
  }
  for (let day = 0; day < 10; day++) teachDay(day, 'a')
  expect(arms.getShares(own, '', T0 + 9 * DAY)[0]).toBeGreaterThan(0.9)
  for (let day = 10; day < 14; day++) teachDay(day, 'b')
  expect(arms.getShares(own, '', T0 + 13 * DAY)[1]).toBeGreaterThan(0.9)
  // Long after the last visitor it knows as much as at the start.
  expect(arms.getShares(own, '', T0 + 100 * DAY)[1]).toBeCloseTo(0.5, 2)
})

test('a context learns by itself, and everyone learns from all', () => {
  const arms = createArms({ refreshMs: 0 })
  const own = bandit({ variants: ['a', 'b'], contexts: ['gold'] })
  for (let n = 0; n < 200; n++) {
    teach(arms, own, { variant: 'a', won: n % 4 === 0, context: 'gold' })
    teach(arms, own, { variant: 'b', won: n % 40 === 0, context: 'gold' })
    for (let m = 0; m < 3; m++) {
      teach(arms, own, { variant: 'a', won: n % 40 === 0 })
      teach(arms, own, { variant: 'b', won: n % 4 === 0 })
    }
  }
  expect(arms.getShares(own, 'gold', T0)[0]).toBeGreaterThan(0.99)
  expect(arms.getShares(own, '', T0)[1]).toBeGreaterThan(0.99)
  expect(arms.getBest(own, T0)).toBe('b')
})

test('where value counts, rare and dear beats often and cheap', () => {
  const own = bandit({ variants: ['a', 'b'], maxValue: 100 })
  const [byValue, byRate] = [createArms({ refreshMs: 0 }), createArms({ refreshMs: 0 })]
  for (let n = 0; n < 600; n++) {
    for (const [arms, kind] of [
      [byValue, own],
      [byRate, bandit({ variants: ['a', 'b'] })],
    ] as const) {
      const isValue = kind.maxValue !== undefined
      teach(arms, kind, { variant: 'a', won: n % 5 === 0, value: isValue ? 5 : 1 })
      teach(arms, kind, { variant: 'b', won: n % 10 === 0, value: isValue ? 80 : 1 })
    }
  }
  expect(byValue.getShares(own, '', T0)[1]).toBeGreaterThan(0.95)
  expect(byRate.getShares(bandit({ variants: ['a', 'b'] }), '', T0)[0]).toBeGreaterThan(0.95)
})

test('one visitor, however often they come and win, cannot move a decision', () => {
  const arms = createArms({ refreshMs: 0 })
  const own = bandit({ variants: ['a', 'b'], floor: 0.02 })
  for (let n = 0; n < 400; n++) {
    teach(arms, own, { variant: 'a', won: n % 10 === 0 })
    teach(arms, own, { variant: 'b', won: n % 25 === 0 })
  }
  const before = arms.getShares(own, '', T0)
  // A thousand windows, in each of which they see the worse one and win.
  for (let k = 1; k <= 1_000; k++) teach(arms, own, { variant: 'b', won: true, weight: getWeight(k) })
  const after = arms.getShares(own, '', T0)
  expect(arms.getBest(own, T0)).toBe('a')
  expect(Math.abs(after[0]! - before[0]!)).toBeLessThan(0.02)
})

test('what was won counts for the moment of its trial, so nothing is won more often than tried', () => {
  const arms = createArms({ refreshMs: 0 })
  const own = bandit({ variants: ['a'], halfLifeMs: DAY })
  const trial: Credit = { experience: 'offer', context: '', variant: 'a', at: T0, weight: 1 }
  const later: Credit = { ...trial, at: T0 + 3 * DAY }
  arms.learn([trial, later, { ...trial, won: 1 }, { ...later, won: 1 }], () => own)
  const [arm] = arms.getArms(own, '', T0 + 3 * DAY)
  expect(arm!.sum).toBeCloseTo(arm!.n, 9)
  expect(arm!.n).toBeCloseTo(1 + 1 / 8, 9)
})
