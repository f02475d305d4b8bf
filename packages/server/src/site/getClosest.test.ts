import { expect, test } from 'vitest'
import { getClosest } from './getClosest.ts'

test.each([
  ['home.hreo', ['home.side', 'home.hero'], 'home.hero'],
  ['Mortgage', ['mortgage'], 'mortgage'],
  ['ab', ['abc', 'xyz'], 'abc'],
  ['abc', ['abd', 'abcd'], 'abd'],
  ['footer', ['home.hero'], undefined],
  ['a', ['b', 'xyz'], 'b'],
  ['abc', [], undefined],
])('of %j among %j the closest is %j', (word, candidates, closest) => {
  expect(getClosest(word, candidates)).toBe(closest)
})
