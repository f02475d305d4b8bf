import fc from 'fast-check'
import { expect, test } from 'vitest'
import { getRetryDelay, MAX_ATTEMPTS, MAX_DELAY_MS } from './getRetryDelay.ts'

const HOUR = 3_600_000
const attempts = fc.integer({ min: 1, max: 50 })
const random = fc.double({ min: 0, max: 1, noNaN: true })

test('a delay is never longer than 12 hours, and never shorter than what the receiver asks within that', () => {
  fc.assert(
    fc.property(attempts, random, fc.integer({ min: 0, max: 100 * HOUR }), (tries, chance, retryAfterMs) => {
      const delay = getRetryDelay({ attempts: tries, retryAfterMs, random: chance })
      expect(delay).toBeLessThanOrEqual(MAX_DELAY_MS)
      expect(delay).toBeGreaterThanOrEqual(Math.min(retryAfterMs, MAX_DELAY_MS))
    }),
  )
})

test('all attempts together take about three days', () => {
  const sum = (chance: number) =>
    Array.from({ length: MAX_ATTEMPTS - 1 }, (_, index) =>
      getRetryDelay({ attempts: index + 1, random: chance }),
    ).reduce((total, delay) => total + delay, 0)
  expect(sum(0.5) / HOUR / 24).toBeGreaterThan(2.5)
  expect(sum(0.5) / HOUR / 24).toBeLessThan(3.5)
  expect(sum(0)).toBe(0)
})
