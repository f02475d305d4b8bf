import { expect, test } from 'vitest'
import { createBuckets } from './createBuckets.ts'

let now = 0
const create = (maxBuckets = 10) => createBuckets({ perSecond: 10, burst: 100, maxBuckets, getTime: () => now })

test('a burst is given, then as much as flows back; what is refused costs nothing', () => {
  const buckets = create()
  expect(buckets.take('a', 100)).toBe(0)
  expect(buckets.take('a', 5)).toBe(500)
  expect(buckets.take('a', 5)).toBe(500)
  now += 499
  expect(buckets.take('a', 5)).toBe(1)
  now += 1
  expect(buckets.take('a', 5)).toBe(0)
  expect(buckets.take('b', 100)).toBe(0)
})

test('a bucket never holds more than its burst, and more than that is given once it is full', () => {
  const buckets = create()
  now += 1e9
  expect(buckets.take('a', 100)).toBe(0)
  expect(buckets.take('a', 150)).toBe(10_000)
  now += 10_000
  expect(buckets.take('a', 150)).toBe(0)
  expect(buckets.take('a', 1)).toBe(100)
})

test('many names do not grow it: the one unused for longest is forgotten', () => {
  const buckets = create(2)
  buckets.take('a', 100)
  buckets.take('b', 100)
  buckets.take('a', 1) // used last, though refused
  buckets.take('c', 1)
  expect(buckets.size).toBe(2)
  expect(buckets.take('a', 1)).toBeGreaterThan(0)
  for (let name = 0; name < 1_000; name++) buckets.take(String(name), 1)
  expect(buckets.size).toBe(2)
})
