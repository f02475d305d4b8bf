import { expect, test } from 'vitest'
import { createDwell } from './createDwell.ts'

const SIZE = [800, 600] as const

test('credits the time to the cell that the pointer was in', () => {
  const dwell = createDwell()
  dwell._move(1_000, 10, 10, SIZE)
  dwell._move(1_500, 150, 10, SIZE)
  dwell._move(2_700, 799, 599, SIZE)
  dwell._leave(3_000)
  const cells = dwell._get()
  expect(cells).toHaveLength(48)
  expect([cells[0], cells[1], cells[47]]).toEqual([5, 12, 3])
  expect(cells.reduce((a, b) => a + b)).toBe(20)
})

test('a mouse that was let go of dwells for five seconds, and one that has left not at all', () => {
  const dwell = createDwell()
  dwell._move(0, 10, 10, SIZE)
  dwell._move(60_000, 10, 10, SIZE)
  dwell._leave(61_000)
  dwell._move(90_000, 10, 10, SIZE)
  expect(dwell._get()[0]).toBe(60)
})

test('a place outside of the viewport counts for the cell next to it', () => {
  const dwell = createDwell()
  dwell._move(0, -20, 900, SIZE)
  dwell._move(100, 0, 0, [0, 0])
  dwell._leave(200)
  expect([dwell._get()[40], dwell._get()[0]]).toEqual([1, 1])
})
