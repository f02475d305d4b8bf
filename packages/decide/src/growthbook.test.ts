import { evalCondition } from '@growthbook/growthbook'
import type { Json, JsonObject } from '@unblink/protocol'
import fc from 'fast-check'
import { afterAll, expect, test, vi } from 'vitest'
import { evaluate } from './index.ts'

/*
 * GrowthBook's own evaluator is the reference: same condition, same attributes, same answer. Where ours differs on
 * purpose, rows in `cases/condition-*.json` carry the name of the difference, and a test here or in growthbookLimits.test.ts holds it to that:
 *
 * | difference     | GrowthBook                                  | ours and why                                           |
 * |----------------|---------------------------------------------|--------------------------------------------------------|
 * | key order      | objects are equal as JSON text              | deep equality, as its documentation says; databases    |
 * |                |                                             | reorder keys                                           |
 * | own properties | paths and group names reach the prototype   | own only: `constructor` is not an attribute            |
 * | dollar path    | an unknown `$name` among paths is a path    | unknown operator: false. A misspelt `$not` must not    |
 * |                |                                             | hold by accident. Includes `$savedGroup`               |
 * | malformed      | throws, or takes 5 for an empty condition   | the whole condition is false, whatever negates it      |
 * | depth          | as deep as the stack                        | more than 32 nested operators: the whole is false      |
 * | long pattern   | any length                                  | more than 256 characters: the operator is false        |
 * | pattern cache  | `toString`, 5 after `5`, and `a/i` after    | every pattern for itself, and only text is a pattern   |
 * |                | `a` without case meet a wrong cache entry   |                                                        |
 */

const RUNS = 200_000
const SEED = 20_240_229

// GrowthBook reports unknown operators on the console.
const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined)
afterAll(() => silenced.mockRestore())

type Attributes = JsonObject
const GROUPS = { staff: ['a', 'b', 1], empty: [] }
const ask = (condition: JsonObject, attributes: Attributes) => evalCondition(attributes, condition, GROUPS)
const answer = (condition: JsonObject, attributes: Attributes) => evaluate(condition, attributes, { groups: GROUPS })

/** A small alphabet, so that conditions and attributes meet often. */
// prettier-ignore
const scalar = fc.constantFrom<Json[]>(
  null, true, false, 0, 1, 2, -1, 1.5, '', '0', '1', '2', 'a', 'b', 'A', 'B', 'ab', 'null', 'true', '[object Object]',
)
const version = fc.constantFrom(
  '1',
  '1.2',
  '1.2.3',
  'v1.2.3',
  '1.10.0',
  '1.2.3-rc.1',
  '1.2.3-rc.10',
  '1.2.3+7',
  '1.2.3.4',
)
const pattern = fc.constantFrom(
  'a',
  '^a$',
  'A|B',
  '[0-9]',
  '.',
  '',
  '^null$',
  'o/?b',
  'a/b',
  '(',
  '[',
  '\\d+',
  '(?:a)*b',
)
const type = fc.constantFrom('string', 'number', 'boolean', 'array', 'object', 'null', 'undefined')
const key = fc.constantFrom('a', 'b', 'c')
const path = fc.oneof(
  { weight: 5, arbitrary: key },
  fc.constantFrom('a.b', 'a.b.c', 'b.a', 'c.0', 'a.1', 'b.0.a', 'a.length', 'x', 'x.y', '', 'a.', '.a'),
)
const small = { maxLength: 3, depthIdentifier: 'json' } as const
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'medium', depthIdentifier: 'json', withCrossShrink: true },
    { weight: 5, arbitrary: scalar },
    { weight: 1, arbitrary: version },
    { weight: 3, arbitrary: fc.array(tie('json'), small) },
    {
      weight: 2,
      arbitrary: fc.dictionary(key, tie('json'), { maxKeys: 3, depthIdentifier: 'json', noNullPrototype: true }),
    },
  ),
}))
const attributes = fc.record(
  { a: json, b: json, c: json },
  { requiredKeys: [], noNullPrototype: true },
) as fc.Arbitrary<Attributes>

/** Stands in a condition for what the attributes hold there, so that arrays and objects are met as well. */
const echo = fc.constantFrom('@a', '@b', '@c')
const operand = fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: echo })
const literal = fc.oneof({ weight: 3, arbitrary: json }, { weight: 1, arbitrary: echo })

const list = fc.array(fc.oneof({ weight: 3, arbitrary: operand }, literal), { maxLength: 4 })
const OPERANDS: Record<string, fc.Arbitrary<Json>> = {
  ...Object.fromEntries(['$eq', '$ne', '$lt', '$lte', '$gt', '$gte'].map((name) => [name, operand])),
  ...Object.fromEntries(['$in', '$nin', '$ini', '$nini'].map((name) => [name, list])),
  ...Object.fromEntries(['$veq', '$vne', '$vlt', '$vlte', '$vgt', '$vgte'].map((name) => [name, version])),
  $regex: pattern,
  $regexi: pattern,
  $type: type,
  $exists: fc.boolean(),
  $inGroup: fc.constantFrom('staff', 'empty', 'none'),
  $notInGroup: fc.constantFrom('staff', 'empty', 'none'),
  $near: scalar,
}
const LEAVES = Object.entries(OPERANDS)
const NESTING = ['$not', '$size', '$all', '$alli', '$elemMatch']

interface Parts {
  condition: JsonObject
  operators: JsonObject
  value: Json
  clause: JsonObject
  conditions: JsonObject[]
}
/** `letrec` loses the types of parts that refer to one another. */
type Tie = <Name extends keyof Parts>(name: Name) => fc.Arbitrary<Parts[Name]>
const { condition } = fc.letrec((loose, tie = loose as unknown as Tie) => ({
  operators: fc
    .array(
      fc.oneof(
        { depthSize: 'medium', depthIdentifier: 'condition' },
        {
          weight: LEAVES.length,
          arbitrary: fc.oneof(...LEAVES.map(([name, operand]) => fc.tuple(fc.constant(name), operand))),
        },
        // Operands of a type that the operator does not expect. Patterns stay text: see "pattern cache".
        {
          weight: 3,
          arbitrary: fc
            .tuple(fc.constantFrom(...Object.keys(OPERANDS)), json)
            .map(
              ([name, value]) => [name, name.startsWith('$regex') ? JSON.stringify(value) : value] as [string, Json],
            ),
        },
        { weight: 3, arbitrary: fc.tuple(fc.constantFrom('$not', '$size'), tie('value')) },
        {
          weight: 4,
          arbitrary: fc.tuple(fc.constantFrom('$all', '$alli'), fc.array(tie('value'), { maxLength: 3 })),
        },
        { weight: 1, arbitrary: fc.tuple(fc.constantFrom('$all', '$alli', '$size'), json) },
        {
          weight: 3,
          arbitrary: fc.tuple(fc.constant('$elemMatch'), fc.oneof(tie('operators'), tie('condition'))),
        },
        // Logic does not belong beside a value: both sides call it unknown.
        {
          weight: 1,
          arbitrary: fc.tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('value'), { maxLength: 2 })),
        },
      ),
      { minLength: 1, maxLength: 2 },
    )
    .map((entries) => Object.fromEntries<Json>(entries)),
  value: fc.oneof({ weight: 4, arbitrary: tie('operators') }, { weight: 3, arbitrary: literal }),
  clause: fc.tuple(path, tie('value')).map(([name, value]) => ({ [name]: value })),
  conditions: fc.array(tie('condition'), { maxLength: 3, depthIdentifier: 'condition' }),
  condition: fc.oneof(
    { depthSize: 'medium', depthIdentifier: 'condition' },
    { weight: 6, arbitrary: tie('clause') },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('clause'), tie('clause')).map(([one, other]) => ({ ...one, ...other })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('$and', '$or', '$nor'), tie('conditions'))
        .map(([name, all]) => ({ [name]: all })),
    },
    { weight: 1, arbitrary: tie('condition').map((inner) => ({ $not: inner })) },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('clause'), tie('condition')).map(([clause, inner]) => ({ ...clause, $not: inner })),
    },
  ),
}))

/** The same JSON with the entries of every object changed, from the inside out. */
const rebuild = (value: Json, change: (entries: [string, Json][]) => [string, Json][]): Json => {
  if (Array.isArray(value)) return (value as Json[]).map((item) => rebuild(item, change))
  if (typeof value !== 'object' || !value) return value
  const entries = Object.entries(value as JsonObject)
  return Object.fromEntries(change(entries.map(([name, inner]) => [name, rebuild(inner, change)])))
}

const sortKeys = (value: JsonObject) =>
  rebuild(value, (entries) => entries.sort(([one], [other]) => (one < other ? -1 : 1))) as JsonObject

/** Puts copies of the attributes in the place of echoes, with every object's keys in reverse. */
const fill = (value: Json, given: Attributes): Json => {
  if (typeof value === 'string' && value[0] === '@') return fill(given[value.slice(1)] ?? null, {})
  if (Array.isArray(value)) return (value as Json[]).map((item) => fill(item, given))
  if (typeof value !== 'object' || !value) return value
  const entries = Object.entries(value as JsonObject).map(([name, inner]) => [name, fill(inner, given)] as const)
  return Object.fromEntries(entries.reverse())
}

test(`${RUNS} conditions are answered as GrowthBook answers them`, { timeout: 300_000 }, () => {
  const count = { pairs: 0, held: 0, byKeyOrder: 0 }
  const answers = new Map<string, Set<boolean>>()
  fc.assert(
    fc.property(condition, attributes, (template, given) => {
      const asked = fill(template, given) as JsonObject
      const ours = answer(asked, given)
      const theirs = ask(asked, given)
      if (ours !== theirs) {
        // The only difference that the generated pairs can meet: with all keys in order, both agree.
        count.byKeyOrder++
        expect(ask(sortKeys(asked), sortKeys(given))).toBe(ours)
      }
      count.pairs++
      if (ours) count.held++
      const only = Object.entries(asked).length === 1 ? Object.entries(asked)[0] : undefined
      const inner = only?.[0].startsWith('$') ? asked : only?.[1]
      const names = typeof inner === 'object' && inner ? Object.keys(inner) : []
      if (names.length === 1) answers.set(names[0]!, (answers.get(names[0]!) ?? new Set()).add(ours))
    }),
    { numRuns: RUNS, seed: SEED },
  )
  // Pairs that nearly always fail would prove little: a good share holds, and every operator was seen both ways.
  expect(count.pairs).toBe(RUNS)
  expect(count.held / count.pairs).toBeGreaterThan(0.2)
  expect(count.byKeyOrder).toBeGreaterThan(0)
  for (const name of [...Object.keys(OPERANDS), ...NESTING, '$and', '$or', '$nor'])
    if (name !== '$near') expect([name, answers.get(name)?.size]).toEqual([name, 2])
})

test('inherited names are missing on every path', () => {
  // The generated attributes own none of these, and `x` neither.
  const INHERITED: Record<string, string> = {
    x: 'constructor',
    'x.y': 'constructor.name',
    'a.': 'a.toString',
    '.a': '__proto__.a',
  }
  const rename = (value: JsonObject) =>
    rebuild(value, (entries) => entries.map(([name, inner]) => [INHERITED[name] ?? name, inner])) as JsonObject
  fc.assert(
    fc.property(condition, attributes, (asked, given) => {
      expect(answer(rename(asked), given)).toBe(answer(asked, given))
    }),
    { numRuns: 20_000, seed: SEED },
  )
})

test('a malformed condition is false as a whole, or its fault was never reached', () => {
  const notACondition = fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }))
  const notAList = fc.oneof(scalar, condition)
  const faulty = fc.oneof(
    fc.tuple(fc.constantFrom('$and', '$or', '$nor'), notAList).map(([name, value]) => ({ [name]: value })),
    fc
      .tuple(fc.constantFrom('$and', '$or', '$nor'), condition, notACondition)
      .map(([name, first, value]) => ({ [name]: [first, value] })),
    notACondition.map((value) => ({ $not: value })),
    // Null is left out: GrowthBook throws for it even where there is no element to hold it against.
    fc
      .tuple(path, notACondition)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => ({ [name]: { $elemMatch: value } })),
  ) as fc.Arbitrary<JsonObject>
  const placed = fc
    .tuple(faulty, condition, fc.constantFrom('as it is', 'negated', 'after another', 'in a list'))
    .map(([fault, other, place]): JsonObject => {
      if (place === 'negated') return { $not: fault }
      if (place === 'after another') return { $and: [other, fault] }
      return place === 'in a list' ? { $or: [other, fault] } : fault
    })
  const count = { same: 0, refused: 0 }
  fc.assert(
    fc.property(placed, attributes, (asked, given) => {
      const ours = answer(asked, given)
      try {
        if (ours === ask(asked, given)) return void count.same++
      } catch {
        // GrowthBook gives no answer at all.
      }
      count.refused++
      expect(ours).toBe(false)
    }),
    { numRuns: 20_000, seed: SEED },
  )
  expect(count.same).toBeGreaterThan(1_000)
  expect(count.refused).toBeGreaterThan(1_000)
})
