import { expect, test } from 'vitest'
import { readFlags } from './readFlags.ts'
import { UsageError } from './UsageError.ts'

const OPTIONS = { out: { type: 'string' } } as const

test('options and one word beside them are read', () => {
  expect(readFlags(['events', '--out', 'lake'], OPTIONS, true)).toEqual({ flags: { out: 'lake' }, name: 'events' })
  expect(readFlags([], OPTIONS)).toEqual({ flags: {}, name: undefined })
})

test('an empty word, as of a variable of the shell that is not set, is none', () => {
  expect(readFlags([''], OPTIONS, true).name).toBeUndefined()
})

test.each([
  [['a.csv', 'b.csv'], true, 'Expected one word beside the options, got a.csv and b.csv.'],
  [['a.csv'], false, "Unexpected argument 'a.csv'"],
  [['--ot', 'lake'], false, "Unknown option '--ot'"],
])('%j is a mistake of whoever typed it', (args, mayName, message) => {
  expect(() => readFlags(args, OPTIONS, mayName)).toThrow(UsageError)
  expect(() => readFlags(args, OPTIONS, mayName)).toThrow(message)
})
