import type { Condition } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluate } from '../evaluate.ts'
import { findFailure } from './index.ts'

const attributes = { a: 1, tags: ['x', 'y'], geo: { city: 'Bonn' }, long: 'z'.repeat(500) }

test.each<[string, Condition, readonly (string | number)[], string]>([
  ['a value', { a: 2 }, ['a'], 'a is 1, asked for 2'],
  ['a missing path', { b: 2 }, ['b'], 'b is missing, asked for 2'],
  ['an operator', { a: { $gt: 0, $lt: 1 } }, ['a', '$lt'], 'a is 1, asked for $lt 1'],
  [
    'the first of several paths',
    { a: 1, 'geo.city': 'Köln', b: 1 },
    ['geo.city'],
    'geo.city is "Bonn", asked for "Köln"',
  ],
  ['one of $and', { $and: [{ a: 1 }, { a: { $in: [2] } }] }, ['$and', 1, 'a', '$in'], 'a is 1, asked for $in [2]'],
  ['$and in $and', { $and: [{ $and: [{ a: 1 }, { a: 3 }] }] }, ['$and', 0, '$and', 1, 'a'], 'a is 1, asked for 3'],
  [
    'no alternative of $or',
    { $or: [{ a: 2 }, { b: { $exists: true } }] },
    ['$or'],
    'no alternative of $or holds: a is 1, asked for 2; b is missing, asked for $exists true',
  ],
  ['what must not hold', { $not: { a: 1 } }, ['$not'], 'the condition inside $not holds, and must not'],
  ['one that must not hold', { $nor: [{ a: 2 }, { a: 1 }] }, ['$nor', 1], 'alternative 2 of $nor holds, and must not'],
  ['the first of $nor', { $nor: [{ a: 1 }, { a: 1 }] }, ['$nor', 0], 'alternative 1 of $nor holds, and must not'],
  ['an object to equal', { geo: { city: 'Köln' } }, ['geo'], 'geo is {"city":"Bonn"}, asked for {"city":"Köln"}'],
  ['a long value', { long: 'z' }, ['long'], `long is "${'z'.repeat(78)}…, asked for "z"`],
  ['a value of 80 characters', { a: 'z'.repeat(78) }, ['a'], `a is 1, asked for "${'z'.repeat(78)}"`],
  ['a value of 81 characters', { a: 'z'.repeat(79) }, ['a'], `a is 1, asked for "${'z'.repeat(78)}…`],
  ['the first of several operators', { a: { $gt: 1, $lt: 1 } }, ['a', '$gt'], 'a is 1, asked for $gt 1'],
  ['an operator beside a name', { a: { $gt: 1, b: 1 } }, ['a'], 'a is 1, asked for {"$gt":1,"b":1}'],
  ['no condition', 5 as never, [], 'the condition is malformed, or nested too deep'],
  [
    'an unknown operator',
    { a: { $near: 1 } },
    ['a', '$near'],
    'a is 1, asked for $near 1; $near is no operator of this version',
  ],
  [
    'an unknown operator inside another',
    { a: { $not: { $not: { $near: 1 } } } },
    ['a', '$not'],
    'a is 1, asked for $not {"$not":{"$near":1}}; $near is no operator of this version',
  ],
  [
    'another operator beside an unknown one that does no harm',
    { a: { $not: { $near: 1 }, $gt: 5 } },
    ['a', '$gt'],
    'a is 1, asked for $gt 5',
  ],
  ['an unknown operator among paths', { $near: 1 }, ['$near'], '$near is no operator that can stand here'],
  ['$and without a list', { $and: 5 }, ['$and'], 'what $and was given is malformed'],
  ['$or without a list', { $or: {} }, ['$or'], 'what $or was given is malformed'],
  ['$or with an item that is none', { $or: [5] }, ['$or'], 'what $or was given is malformed'],
  ['$and with an item that is none', { $and: [5] }, ['$and'], 'what $and was given is malformed'],
  ['$nor without a list', { $nor: 5 }, ['$nor'], 'what $nor was given is malformed'],
  ['$not without a condition', { $not: 5 }, ['$not'], 'what $not was given is malformed'],
])('%s is blamed', (_, condition, at, sentence) => {
  expect(evaluate(condition, attributes)).toBe(false)
  expect(findFailure(condition, attributes)).toMatchObject({ at, sentence })
})

test('the data are there beside the words', () => {
  expect(findFailure({ a: { $gt: 5 } }, attributes)).toEqual({
    at: ['a', '$gt'],
    path: 'a',
    expected: 5,
    actual: 1,
    sentence: 'a is 1, asked for $gt 5',
  })
})

test('a group is known to it', () => {
  const options = { groups: { staff: [1] } }
  expect(findFailure({ a: { $inGroup: 'staff' } }, attributes, options)).toBeUndefined()
  expect(findFailure({ a: { $notInGroup: 'staff' } }, attributes, options)?.at).toEqual(['a', '$notInGroup'])
})

test('there is a failure exactly where a condition does not hold', () => {
  const value = fc.constantFrom(1, 2, null, { $gt: 0 }, { $in: [1] }, { $in: 1 }, { $not: 1 }, { $exists: false })
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small' },
      fc.dictionary(fc.constantFrom('a', 'b'), value, { maxKeys: 2, noNullPrototype: true }) as fc.Arbitrary<Condition>,
      fc
        .tuple(fc.constantFrom('$and', '$or', '$nor', '$near'), fc.array(tie('condition'), { maxLength: 3 }))
        .map(([name, list]) => ({ [name]: list })),
      tie('condition').map((inner) => ({ $not: inner })),
    ),
  }))
  fc.assert(
    fc.property(condition, fc.constantFrom({}, { a: 1 }, { a: 2, b: 1 }), (asked, given) => {
      expect(findFailure(asked, given) === undefined).toBe(evaluate(asked, given))
    }),
    { numRuns: 5_000, seed: 20_240_229 },
  )
})
