import { expect, test } from 'vitest'
import { findRecovery } from './findRecovery.mjs'

const toWindows = (...p99) => p99.map((ms) => ({ p99: ms }))

test.each([
  ['at once', [900, 900, 20, 20, 20], 2, 0],
  ['after two slow seconds', [900, 300, 300, 20, 20, 20], 1, 2],
  ['only when it stays', [900, 20, 20, 300, 20, 20, 20], 1, 3],
  ['not while nothing is taken', [900, 20, undefined, 20, 20, 20], 1, 2],
  ['never', [900, 300, 300, 300], 1, undefined],
  ['not known from too few seconds', [900, 20, 20], 1, undefined],
])('it recovers %s', (_name, p99, endsAt, seconds) => {
  expect(findRecovery(toWindows(...p99), endsAt, 50)).toBe(seconds)
})
