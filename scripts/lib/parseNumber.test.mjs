import { expect, test } from 'vitest'
import { parseNumber } from './parseNumber.mjs'

test('a flag that was not given is what it is otherwise', () => {
  expect(parseNumber('kills', undefined, 20)).toBe(20)
  expect(parseNumber('kills', '3', 20)).toBe(3)
  expect(parseNumber('kills', '0', 20, 0)).toBe(0)
})

test.each(['', '0', '-1', '1.5', '1e3', 'two'])('"%s" is refused with what to give', (text) => {
  expect(() => parseNumber('kills', text)).toThrow(`--kills ${text}: give a whole number from 1 up.`)
})
