import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findNextChange } from './findNextChange.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Looks as the server does: again and again, at the moment that the look before named. */
function findChange(getState: (at: number) => string, from: number, lastSeenAt: number) {
  let looks = 0
  for (let at: number | undefined = from; at !== undefined;) {
    const next: number | undefined = findNextChange({ getState, from: at, lastSeenAt })
    looks++
    if (next !== undefined && getState(next) !== getState(at)) return { at: next, looks }
    at = next
  }
  return { at: undefined, looks }
}

test('a change is found to the second, however far it is away', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 390 * DAY }), (change) => {
      const { at, looks } = findChange((moment) => (moment >= change ? 'in' : 'out'), 0, 0)
      expect(at! - change).toBeGreaterThanOrEqual(0)
      expect(at! - change).toBeLessThanOrEqual(1_000)
      expect(looks).toBeLessThan(12)
    }),
  )
})

test('a state of a day is not overlooked in the first days', () => {
  const isIn = (at: number) => (at >= 24 * HOUR && at < 25 * HOUR ? 'in' : 'out')
  expect(findChange(isIn, 0, 0).at! - 24 * HOUR).toBeLessThanOrEqual(1_000)
})

test('who was not seen for long, or never, is looked at no more', () => {
  expect(findChange(() => 'out', 0, 0)).toMatchObject({ at: undefined })
  expect(findNextChange({ getState: () => 'out', from: 401 * DAY, lastSeenAt: 0 })).toBeUndefined()
  expect(findNextChange({ getState: () => 'out', from: 0, lastSeenAt: undefined })).toBeUndefined()
})
