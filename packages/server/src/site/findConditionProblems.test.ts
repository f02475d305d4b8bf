import { evaluate } from '@unblink/decide'
import type { Condition } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findConditionProblems } from './findConditionProblems.ts'

const rules = { groups: ['staff'], ownOperators: [], checkPath: () => undefined, checkValue: () => undefined }

/** Nested so deep that an engine which did not count would be lost. */
const nest = (depth: number, inner: Condition, name: string): Condition => {
  let condition = inner
  for (let level = 0; level < depth; level++) {
    condition = name === '$not' ? { $not: condition } : { [name]: [condition] }
  }
  return condition
}

test.each(['$not', '$and', '$or', '$nor'])('%s: what is too deep for the engine is told, and nothing else', (name) => {
  for (let depth = 25; depth < 40; depth++) {
    const condition = nest(depth, { a: { $eq: 1 } }, name)
    const negated = nest(depth, { a: { $eq: 2 } }, name)
    // Deeper than it goes, the engine says false to a condition and to its opposite.
    const isTooDeep = !evaluate(condition, { a: 1 }) && !evaluate(negated, { a: 1 })
    expect([depth, findConditionProblems(condition, [], rules).length > 0]).toEqual([depth, isTooDeep])
  }
})

test('a condition without problems is never malformed to the engine', () => {
  const value = fc.constantFrom<unknown>(1, 'x', null, true, [], ['x', 1], {}, 'staff', '(', { $eq: 1 }, { b: 1 })
  const name = fc.constantFrom(
    ...'$eq $ne $lt $gte $in $nin $all $alli $exists $type $size $elemMatch $not $regex $inGroup $veq $x'.split(' '),
  )
  const { condition } = fc.letrec<{ operand: unknown; condition: unknown }>((tie) => ({
    operand: fc.oneof(
      { depthSize: 'small' },
      value,
      fc.dictionary(name, fc.oneof(value, tie('operand')), { maxKeys: 2, noNullPrototype: true }),
    ),
    condition: fc.oneof(
      { depthSize: 'small' },
      value,
      fc.dictionary(fc.constantFrom('a', 'a.b', '$gt'), tie('operand'), { maxKeys: 2, noNullPrototype: true }),
      fc
        .tuple(fc.constantFrom('$and', '$or', '$nor', '$not'), fc.oneof(tie('condition'), fc.array(tie('condition'))))
        .map(([key, inner]) => ({ [key]: inner })),
    ),
  }))
  const attributes = fc.constantFrom({}, { a: 1 }, { a: 'x' }, { a: [1, { b: 1 }] }, { a: { b: 'staff' } })
  let sound = 0
  fc.assert(
    fc.property(condition, attributes, (asked, given) => {
      if (findConditionProblems(asked, [], rules).length > 0) return
      sound++
      const options = { groups: { staff: ['x'] }, onUnknown: (operator: string) => expect.unreachable(operator) }
      const holds = evaluate(asked as Condition, given, options)
      // What is malformed is false as a whole, and so is its negation.
      expect(evaluate({ $not: asked as Condition }, given, options)).toBe(!holds)
    }),
    { numRuns: 20_000 },
  )
  expect(sound).toBeGreaterThan(500)
})
