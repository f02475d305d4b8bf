import { evalCondition, paddedVersionString } from '@growthbook/growthbook'
import type { Json, JsonObject } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { comparableVersion } from './comparableVersion.ts'
import { evaluate } from './index.ts'

/* More of the differences that growthbook.test.ts lists, each up to the point where both agree. */

const SEED = 20_240_229

const ask = (condition: JsonObject, attributes: JsonObject) => evalCondition(attributes, condition)
const answer = (condition: JsonObject, attributes: JsonObject) => evaluate(condition, attributes)

test('a name with a dollar among paths is an unknown operator, whatever the attributes hold', () => {
  const dollar = fc.constantFrom('$near', '$eq', '$gt', '$in', '$nott', '$savedGroup', '$', '$veq', '$elemMatch')
  const json = fc.jsonValue() as fc.Arbitrary<Json>
  fc.assert(
    fc.property(dollar, json, fc.boolean(), (name, value, isAttribute) => {
      const unknown: string[] = []
      const onUnknown = (operator: string) => unknown.push(operator)
      const given = isAttribute ? { [name]: value } : {}
      expect(evaluate({ [name]: value }, given, { onUnknown })).toBe(false)
      expect(unknown).toEqual([name])
    }),
    { numRuns: 2_000, seed: SEED },
  )
  expect(ask({ $nott: { $exists: false } }, {})).toBe(true)
  expect(ask({ $near: 1 }, { $near: 1 })).toBe(true)
})

test('up to 32 nested operators are answered as by GrowthBook, and more are refused whatever their parity', () => {
  const wrapper = fc.constantFrom('$and', '$or', '$nor', '$not')
  const wrappers = fc.array(wrapper, { minLength: 20, maxLength: 44, size: 'max' })
  const given = { a: 1 }
  fc.assert(
    fc.property(wrappers, fc.boolean(), fc.boolean(), (names, holds, isBesideValue) => {
      const inner: Json = isBesideValue ? (holds ? 1 : 2) : { a: holds ? 1 : 2 }
      const nested = names.reduce<Json>(
        (value, name) => (isBesideValue || name === '$not' ? { $not: value } : { [name]: [value] }),
        inner,
      )
      const asked = (isBesideValue ? { a: nested } : nested) as JsonObject
      expect(answer(asked, given)).toBe(names.length <= 32 && ask(asked, given))
    }),
    { numRuns: 2_000, seed: SEED },
  )
})

test('a pattern of up to 256 characters is searched as by GrowthBook, and a longer one finds nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 250, max: 262 }), fc.constantFrom('$regex', '$regexi'), (length, name) => {
      const asked = { a: { [name]: 'a'.repeat(length) } }
      const given = { a: 'a'.repeat(300) }
      expect(answer(asked, given)).toBe(length <= 256 && ask(asked, given))
    }),
    { numRuns: 100, seed: SEED },
  )
})

test('a pattern is never answered with another one', () => {
  expect(ask({ a: { $regex: 'toString' } }, { a: 'toString' })).toBe(false)
  expect(answer({ a: { $regex: 'toString' } }, { a: 'toString' })).toBe(true)

  expect(ask({ a: { $regexi: 'q' } }, { a: 'Q' })).toBe(true)
  expect(ask({ a: { $regex: 'q/i' } }, { a: 'Q' })).toBe(true)
  expect(answer({ a: { $regexi: 'q' } }, { a: 'Q' })).toBe(true)
  expect(answer({ a: { $regex: 'q/i' } }, { a: 'Q' })).toBe(false)

  expect(ask({ a: { $regex: '77' } }, { a: 77 })).toBe(true)
  expect(ask({ a: { $regex: 77 } }, { a: 77 })).toBe(true)
  expect(answer({ a: { $regex: 77 } }, { a: 77 })).toBe(false)
})

test('versions sort as by GrowthBook', () => {
  const part = fc.oneof(fc.nat(120_000).map(String), fc.constantFrom('', 'rc', 'beta', 'x1', '~', '0', '007'))
  const text = fc
    .tuple(
      fc.constantFrom('', 'v', 'V', 'vv'),
      fc.array(part, { maxLength: 6 }),
      fc.constantFrom('.', '-'),
      fc.constantFrom('', '+5', '+a.b+c'),
    )
    .map(([lead, parts, joint, build]) => lead + parts.join(joint) + build)
  fc.assert(
    fc.property(
      fc.oneof(text, fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.constantFrom(null, false)),
      (value) => {
        expect(comparableVersion(value)).toBe(paddedVersionString(value))
      },
    ),
    { numRuns: 20_000, seed: SEED },
  )
})
