import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packNumbers } from './packNumbers.ts'
import { unpackNumbers } from './unpackNumbers.ts'

const MAX = 2 ** 30 - 1

test('what was packed comes out again', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -MAX, max: MAX })), (numbers) => {
      expect(unpackNumbers(packNumbers(numbers))).toEqual(numbers)
    }),
  )
})

test('small numbers are short, in the digits of source maps', () => {
  expect(packNumbers([0, 1, -1, 15, 16, -511])).toBe('ACDegB/f')
})

test.each(['g', 'a b', 'é', '////////'])('%j is nothing that was packed', (text) => {
  expect(unpackNumbers(text)).toBeUndefined()
})
