import { expect, test } from 'vitest'
import { createBurst } from './createBurst.ts'

const ask = (...clicks: (readonly [number, number, number])[]) => {
  const isRage = createBurst()
  return clicks.map((click) => isRage(...click))
}

test('three clicks within a second and 30 pixels are a burst, told once', () => {
  expect(ask([0, 10, 10], [300, 20, 10], [600, 10, 20], [900, 10, 10], [1_500, 10, 10])).toEqual([
    false,
    false,
    true,
    false,
    false,
  ])
})

test('a second burst is told, too', () => {
  expect(
    ask([0, 0, 0], [100, 0, 0], [200, 0, 0], [2_000, 0, 0], [2_100, 0, 0], [2_200, 0, 0]).filter(Boolean),
  ).toHaveLength(2)
})

test('a double click, clicks far apart, and slow ones are none', () => {
  expect(ask([0, 0, 0], [100, 0, 0])).not.toContain(true)
  expect(ask([0, 0, 0], [100, 40, 0], [200, 80, 0])).not.toContain(true)
  expect(ask([0, 0, 0], [700, 0, 0], [1_400, 0, 0])).not.toContain(true)
})
