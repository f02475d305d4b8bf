import { expect, test } from 'vitest'
import { chooseTimes, findFrame } from './chooseTimes.mjs'

test('the strip begins when something is painted and ends when all is settled', () => {
  expect(chooseTimes({ paintedAt: 83.2, settledAt: 612.9, max: 7 })).toEqual([100, 200, 300, 400, 500, 600, 700])
})

test('a short story is told in finer steps', () => {
  expect(chooseTimes({ paintedAt: 83.2, settledAt: 201, max: 7 })).toEqual([100, 120, 140, 160, 180, 200, 220])
})

test('an instant on the edge belongs to the strip', () => {
  expect(chooseTimes({ paintedAt: 100, settledAt: 150, max: 6 })).toEqual([100, 110, 120, 130, 140, 150])
})

test('a view that was settled at its first paint is one frame', () => {
  expect(chooseTimes({ paintedAt: 41, settledAt: 41, max: 7 })).toEqual([50])
})

test('what cannot be told in so few frames is said, not squeezed', () => {
  expect(() => chooseTimes({ paintedAt: 100, settledAt: 60_000, max: 7 })).toThrow('too long for a strip of 7')
})

test('between two frames the screen keeps the earlier one', () => {
  const frames = [{ at: 10 }, { at: 99.5 }, { at: 100.5 }]
  expect(findFrame(frames, 100)).toEqual({ at: 99.5 })
  expect(findFrame(frames, 5)).toBeUndefined()
})
