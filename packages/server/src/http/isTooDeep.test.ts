import { expect, test } from 'vitest'
import { isTooDeep } from './isTooDeep.ts'

test.each([
  ['[]', false],
  ['[[[]]]', false],
  ['[[[[]]]]', true],
  ['{"a":{"b":[1]}}', false],
  ['{"a":{"b":[{}]}}', true],
  ['[[],[],[],[],[[]]]', false],
  ['"[[[[["', false],
  ['["[[[[", "{{{{"]', false],
  ['["\\"[[[[[["]', false],
  ['["\\\\", [[[]]]]', true],
  ['["\\\\\\"[[[["]', false],
  ['["open [[[[[', false],
  ['', false],
])('%s nests deeper than three levels: %s', (text, expected) => {
  expect(isTooDeep(text, 3)).toBe(expected)
})

test('a text of half a million backslashes is read once', () => {
  expect(isTooDeep(`["${'\\'.repeat(500_000)}"]`, 3)).toBe(false)
  expect(isTooDeep(`[${'"\\\\",'.repeat(100_000)}[[[]]]]`, 3)).toBe(true)
})
