import { evaluate } from '@unblink/decide'
import type { Condition } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canBothHold } from './canBothHold.ts'

const never = () => false

test.each<[string, Condition, Condition, boolean]>([
  ['one value or another', { tier: 'gold' }, { tier: 'silver' }, false],
  ['lists without a common value', { tier: { $in: ['a', 'b'] } }, { tier: { $in: ['c'] } }, false],
  ['lists with one', { tier: { $in: ['a', 'b'] } }, { tier: { $in: ['b', 'c'] } }, true],
  ['bounds that do not meet', { age: { $lt: 18 } }, { age: { $gte: 18 } }, false],
  ['bounds that touch', { age: { $lte: 18 } }, { age: { $gte: 18 } }, true],
  ['a value outside of bounds', { age: 10 }, { age: { $gt: 18 } }, false],
  ['a value and all others', { tier: 'gold' }, { tier: { $ne: 'gold' } }, false],
  ['there and missing', { tier: { $exists: true } }, { tier: { $exists: false } }, false],
  ['different attributes', { tier: 'gold' }, { age: 10 }, true],
  ['what is inside of logic', { $or: [{ tier: 'gold' }] }, { tier: 'silver' }, true],
])('%s', (_name, a, b, expected) => {
  expect([canBothHold(a, b, never), canBothHold(b, a, never)]).toEqual([expected, expected])
})

test('an attribute of several values can have both', () => {
  expect(canBothHold({ holdings: { $in: ['a'] } }, { holdings: { $in: ['b'] } }, (path) => path === 'holdings')).toBe(
    true,
  )
})

test('what cannot both hold is never both met, whatever the attributes', () => {
  const value = fc.constantFrom(0, 1, 2, 'x', 'y', true, null)
  const number = fc.constantFrom(0, 1, 2)
  const operand = fc.oneof(
    value.filter((one) => one !== null && one !== true),
    fc.record({ $in: fc.array(value, { maxLength: 2 }) }),
    fc.record({ $nin: fc.array(value, { maxLength: 2 }) }),
    fc.record({ $ne: value }),
    fc.record({ $eq: value }),
    fc.record({ $exists: fc.boolean() }),
    fc.record({ $gt: number }),
    fc.record({ $gte: number, $lt: number }),
    fc.record({ $lte: number }),
  )
  const condition = fc.dictionary(fc.constantFrom('a', 'b'), operand, { minKeys: 1, noNullPrototype: true })
  const attributes = fc.record({ a: value, b: value }, { requiredKeys: [] })
  fc.assert(
    fc.property(condition, condition, fc.array(attributes, { minLength: 5 }), (a, b, visitors) => {
      if (canBothHold(a, b, never)) return
      for (const visitor of visitors) {
        expect(evaluate(a as Condition, visitor) && evaluate(b as Condition, visitor)).toBe(false)
      }
    }),
    { numRuns: 3_000 },
  )
})
