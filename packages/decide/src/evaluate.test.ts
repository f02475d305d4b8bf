import type { Attributes, Condition, Json } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluate } from './index.ts'

const SEED = 20_240_229

test('any JSON at all gets an answer, never an error', () => {
  // Names of operators and of inherited members, so that the JSON gets somewhere.
  const operators = '$and $or $nor $not $in $all $alli $size $elemMatch $regex $vgt $gt $inGroup $type $exists'.split(
    ' ',
  )
  const name = fc.oneof(
    fc.constantFrom(...operators, 'a', 'b', 'toString', 'valueOf', '__proto__', 'length'),
    fc.string(),
  )
  const { json } = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom<Json[]>(null, true, 0, 1, '', 'a', 'b'),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(name, tie('json'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }))
  fc.assert(
    fc.property(json, json, (condition, attributes) => {
      expect(typeof evaluate(condition as Condition, attributes as Attributes)).toBe('boolean')
    }),
    { numRuns: 20_000, seed: SEED },
  )
})

test('nesting that would exhaust the stack gets an answer', () => {
  const nestLists = (depth: number): Json => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as Json
  const deep = nestLists(50_000)
  expect(evaluate({ a: deep }, { a: 1 })).toBe(false)
  expect(evaluate({ a: deep }, { a: nestLists(50_000) })).toBe(false)
  expect(evaluate({ a: 'x' }, { a: deep })).toBe(false)
  expect(evaluate({ a: { $in: ['x'] } }, { a: deep })).toBe(false)

  const nots = JSON.parse('{"$not":'.repeat(50_000) + '{}' + '}'.repeat(50_000)) as Condition
  expect(evaluate(nots, {})).toBe(false)
})

test('an unknown operator is reported each time it is met, and not when it is not', () => {
  const unknown: string[] = []
  const onUnknown = (operator: string) => unknown.push(operator)
  expect(evaluate({ a: { $near: 1 } }, { a: 1 }, { onUnknown })).toBe(false)
  expect(evaluate({ $or: [{ $nott: {} }, { a: { $and: [] } }, { a: 1 }] }, { a: 1 }, { onUnknown })).toBe(true)
  expect(evaluate({ a: 2, b: { $far: 1 } }, { a: 1 }, { onUnknown })).toBe(false)
  expect(unknown).toEqual(['$near', '$nott', '$and'])
})

test('known operators are not reported', () => {
  const unknown: string[] = []
  const given = { a: 1, tags: ['x'], app: '1.2.3' }
  const condition = { a: { $gt: 0, $in: [1] }, tags: { $elemMatch: { $eq: 'x' } }, app: { $vgte: '1.0.0' } }
  expect(evaluate({ $and: [condition] }, given, { onUnknown: (operator) => unknown.push(operator) })).toBe(true)
  expect(unknown).toEqual([])
})

test('a report that throws makes the condition false', () => {
  const onUnknown = () => {
    throw new Error('the host is broken')
  }
  expect(evaluate({ a: { $not: { $near: 1 } } }, { a: 1 }, { onUnknown })).toBe(false)
})

test('what another script has put on every object is not an attribute', () => {
  const prototype = Object.prototype as unknown as Record<string, unknown>
  prototype.vip = true
  try {
    expect(evaluate({ vip: true }, {})).toBe(false)
    expect(evaluate({ 'a.vip': { $exists: true } }, { a: [] })).toBe(false)
    expect(evaluate({ a: { vip: true } }, { a: { own: true } })).toBe(false)
    expect(evaluate({ a: { own: true } }, { a: { vip: true } })).toBe(false)
    expect(evaluate({ a: { $inGroup: 'vip' } }, { a: 1 }, { groups: {} })).toBe(false)
  } finally {
    delete prototype.vip
  }
})

test('neither conditions nor attributes are changed', () => {
  const freeze = <T>(value: T): T => {
    if (typeof value === 'object' && value) Object.values(Object.freeze(value)).forEach(freeze)
    return value
  }
  const condition = freeze({
    $and: [{ tags: { $all: ['a'] } }, { cart: { $elemMatch: { sku: 'x' } } }, { geo: { a: 1 } }],
  })
  expect(evaluate(condition, freeze({ tags: ['a'], cart: [{ sku: 'x' }], geo: { a: 1 } }))).toBe(true)
})
