import { evaluate } from '@unblink/decide'
import type { Condition, Json } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveOperators } from './resolveOperators.ts'

const operators = { is: (actual: Json, expected: Json) => actual === expected }
const unheard = () => expect.unreachable()

test('an own operator answers for values, lengths and negations, beside others', () => {
  const holds = (condition: Condition) =>
    evaluate(resolveOperators(condition, { n: 2, list: [1, 2, 3], deep: { name: 'x' } }, operators, unheard), { n: 2 })
  expect(holds({ n: { $is: 2 } })).toBe(true)
  expect(holds({ n: { $is: 3 } })).toBe(false)
  expect(holds({ 'deep.name': { $is: 'x' } })).toBe(true)
  expect(holds({ missing: { $is: null } })).toBe(true)
  expect(holds({ n: { $is: 2, $gt: 5 } })).toBe(false)
  expect(holds({ n: { $not: { $is: 3 } } })).toBe(true)
  expect(holds({ $nor: [{ n: { $is: 2 } }, { n: 9 }] })).toBe(false)
})

test('one that throws is false, and is told of', () => {
  const thrown: unknown[] = []
  const broken = {
    breaks: () => {
      throw new Error('no table')
    },
  }
  const resolved = resolveOperators({ a: { $breaks: 1 } }, {}, broken, (name, error) => thrown.push([name, error]))
  expect(evaluate(resolved, {})).toBe(false)
  expect(thrown).toEqual([['breaks', new Error('no table')]])
})

test('whatever does not answer true is false', () => {
  const odd = { odd: (() => 'yes') as unknown as () => boolean }
  expect(evaluate(resolveOperators({ a: { $odd: 1 } }, {}, odd, unheard), {})).toBe(false)
})

test('an own operator in the place of one of the language gives the same answer', () => {
  const value = fc.constantFrom<Json>(1, 2, 'x', null, true)
  const { condition } = fc.letrec<{ operand: Json; condition: Condition }>((tie) => ({
    operand: fc.oneof(
      { depthSize: 'small' },
      fc.record({ $eq: value }),
      fc.record({ $eq: value, $ne: value }),
      fc.record({ $nin: fc.array(value, { maxLength: 2 }), $eq: value }),
      tie('operand').map((inner) => ({ $not: inner })),
      fc.record({ $size: fc.record({ $eq: fc.constantFrom(0, 1, 2) }) }),
    ),
    condition: fc.oneof(
      { depthSize: 'small' },
      fc.dictionary(fc.constantFrom('a', 'b', 'a.c'), tie('operand'), { maxKeys: 2, noNullPrototype: true }),
      fc
        .tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('condition'), { maxLength: 3 }))
        .map(([name, list]) => ({ [name]: list })),
      tie('condition').map((inner) => ({ $not: inner })),
    ),
  }))
  const attributes = fc.record(
    { a: fc.oneof(value, fc.record({ c: value }), fc.array(value, { maxLength: 2 })), b: value },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(condition, attributes, (asked, given) => {
      const own = JSON.parse(JSON.stringify(asked).replaceAll('"$eq"', '"$is"')) as Condition
      expect(evaluate(resolveOperators(own, given as never, operators, unheard), given as never)).toBe(
        evaluate(asked, given as never),
      )
    }),
    { numRuns: 3_000 },
  )
})
