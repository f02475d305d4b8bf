import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { getPartition } from './getPartition.ts'

test.each([
  ['b6e5c3de-6f0e-4c7b-9a53-0c3d3f0a8b11', 5],
  ['11111111-1111-4111-8111-111111111111', 3],
  ['', 5],
])('what is stored by it stays where it is: %j', (id, partition) => {
  expect(getPartition(id, 16)).toBe(partition)
})

test('visitors spread over all partitions', () => {
  const counts = new Array<number>(16).fill(0)
  for (let index = 0; index < 16_000; index++) counts[getPartition(randomUUID(), 16)]!++
  // 1 000 each on average; six standard deviations either way.
  expect(Math.min(...counts)).toBeGreaterThan(815)
  expect(Math.max(...counts)).toBeLessThan(1_185)
})
