import { expect, test } from 'vitest'
import { createReadingClock } from './createReadingClock.ts'

test('reading begins half a second after the page has come to a stop', () => {
  const clock = createReadingClock(0)
  clock._settle(0, true)
  for (let at = 0; at <= 2_000; at += 100) clock._move(at)
  clock._settle(5_000, true)
  expect(clock._get()).toBe(2_500)
})

test('a stop counts for 30 seconds, and the next one again', () => {
  const clock = createReadingClock(0)
  clock._settle(0, true)
  for (let at = 5_000; at <= 600_000; at += 5_000) clock._settle(at, true)
  expect(clock._get()).toBe(29_500)
  clock._move(600_000)
  clock._settle(602_500, true)
  expect(clock._get()).toBe(31_500)
})

test('without text, or with the tab in the background, nobody reads', () => {
  const clock = createReadingClock(0)
  clock._settle(3_000, true)
  clock._settle(6_000, false)
  clock._settle(9_000, true)
  clock._settle(10_000, true)
  expect(clock._get()).toBe(4_000)
})

test('a clock that steps back takes nothing away', () => {
  const clock = createReadingClock(0)
  clock._settle(1_000, true)
  clock._settle(4_000, true)
  clock._settle(3_000, true)
  clock._settle(5_000, true)
  expect(clock._get()).toBe(4_000)
})
