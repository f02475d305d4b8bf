import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLocator } from './createLocator.ts'

const text = `{
  "slots": { "home.hero": {}, "a\\"b": 1 },
  "list": [
    1, [true, null], {
      "deep": "x, } ]"
    }
  ]
}`

test.each([
  [[], 1, 1],
  [['slots'], 2, 12],
  [['slots', 'home.hero'], 2, 27],
  [['slots', 'a"b'], 2, 39],
  [['list', 0], 4, 5],
  [['list', 1, 1], 4, 15],
  [['list', 2, 'deep'], 5, 15],
])('the value at %j stands in line %i, column %i', (path, line, column) => {
  expect(createLocator(text).locate(path)).toEqual({ line, column })
})

test('what is missing is where it would be', () => {
  const { locate } = createLocator(text)
  expect(locate(['list', 2, 'other', 'x'])).toEqual({ line: 4, column: 22 })
  expect(locate(['id'])).toEqual({ line: 1, column: 1 })
})

test('a member that is written twice is found, with its path', () => {
  const { twice } = createLocator('{"a":{"b":1,"c":[{"d":1,"d":2}],"b":{}},"c":1}')
  expect(twice.map(({ path }) => path)).toEqual([
    ['a', 'c', 0, 'd'],
    ['a', 'b'],
  ])
})

test('every value of any JSON is found where it stands', () => {
  const walk = (value: unknown, path: PropertyKey[] = []): [PropertyKey[], unknown][] => [
    [path, value],
    ...(typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, member]) =>
          walk(member, [...path, Array.isArray(value) ? Number(key) : key]),
        )
      : []),
  ]
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 2), (value, indent) => {
      const written = JSON.stringify(value, null, indent)
      const { locate, twice } = createLocator(written)
      expect(twice).toEqual([])
      for (const [path, member] of walk(JSON.parse(written))) {
        const { line, column } = locate(path)
        const from = written
          .split('\n')
          .slice(line - 1)
          .join('\n')
          .slice(column - 1)
        const first = JSON.stringify(member)
        // An object or list begins with its bracket; anything else stands there whole.
        expect(from.startsWith(typeof member === 'object' && member !== null ? first[0]! : first)).toBe(true)
      }
    }),
  )
})
