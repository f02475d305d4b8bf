import { expect, test } from 'vitest'
import { createErased } from './createErased.ts'

test('who was erased is remembered for as long as a request can be under way', () => {
  let now = 0
  const erased = createErased({ keepMs: 100, getTime: () => now })
  erased.add('ann')
  now = 99
  expect([erased.has('ann'), erased.has('bob')]).toEqual([true, false])
  now = 100
  expect(erased.has('ann')).toBe(false)
  now = 0
  expect(erased.has('ann')).toBe(false)
})

test('of too many, the earliest is forgotten', () => {
  const erased = createErased({ max: 2, getTime: () => 0 })
  for (const visitor of ['ann', 'bob', 'ann', 'cyd']) erased.add(visitor)
  expect(['ann', 'bob', 'cyd'].map(erased.has)).toEqual([true, false, true])
})
