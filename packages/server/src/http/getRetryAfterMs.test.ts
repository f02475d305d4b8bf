import { expect, test } from 'vitest'
import { getRetryAfterMs } from './getRetryAfterMs.ts'

const NOW = Date.UTC(2026, 0, 1)

test.each([
  ['3', 3_000],
  [' 120 ', 120_000],
  ['Thu, 01 Jan 2026 00:00:05 GMT', 5_000],
  ['Wed, 31 Dec 2025 23:59:00 GMT', undefined],
  ['0', undefined],
  ['-3', undefined],
  ['1e9', undefined],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('%j asks for %j ms', (header, ms) => {
  expect(getRetryAfterMs(header, NOW)).toBe(ms)
})
