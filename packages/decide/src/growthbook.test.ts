import { evalCondition } from '@growthbook/growthbook'
import type { Json, JsonObject } from '@unblink/protocol'
import fc from 'fast-check'
import { afterAll, expect, test, vi } from 'vitest'
import { evaluate } from './index.ts'

/*
 * GrowthBook's own evaluator is the reference: same condition, same attributes, same answer. Where ours differs on
 * purpose, rows in `cases/condition-*.json` carry the name of the difference, and a test here or in
 * growthbookLimits.test.ts holds it to that:
 *
 * | difference     | GrowthBook                                  | ours and why                                           |
 * |----------------|---------------------------------------------|--------------------------------------------------------|
 * | own properties | paths and group names reach the prototype   | own only: `constructor` is not an attribute            |
 * | dollar path    | an unknown `$name` among paths is a path    | unknown operator: false. A misspelt `$not` must not    |
 * |                |                                             | hold by accident. Includes `$savedGroup`               |
 * | malformed      | throws, is false by itself (no list where   | the whole condition is false, whatever negates it. So  |
 * |                | one belongs, an invalid pattern), or takes  | is a pattern that only some engines know               |
 * |                | 5 for an empty condition                    |                                                        |
 * | mixed          | `{$gt: 1, a: 2}` is an object to equal      | its first key tells whether these are operators        |
 * | depth          | as deep as the stack                        | nested more than 32 deep: the whole is false           |
 * | long pattern   | any length                                  | more than 256 characters: the operator is false        |
 * | pattern cache  | `toString`, 5 after `5`, and `a/i` after    | every pattern for itself, and only text is a pattern   |
 * |                | `a` without case meet a wrong cache entry   |                                                        |
 * | version        | true, a list or an object is version 0      | compared as the text it converts to                    |
 * | letters        | only `$ini`, `$nini`, `$alli`, `$regexi`    | `v` in front of any operator reads both sides as       |
 * |                | and `$veq` … `$vlte`                        | versions, `i` behind it in lower case. So operators in |
 * |                |                                             | the list of `$alli` meet lower case                    |
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
const versions = ['1', '1.2', '1.2.3', 'v1.2.3', '1.10.0', '1.2.3-rc.1', '1.2.3-rc.10', '1.2.3+7', '1.2.3.4']
const version = fc.constantFrom(...versions)
const pattern = fc.constantFrom('a', '^a$', 'A|B', '[0-9]', '.', '', '^null$', 'o/?b', 'a/b', '\\d+', '(?:a)*b')
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
  $regex: pattern,
  $regexi: pattern,
  $type: type,
  $exists: fc.boolean(),
  $inGroup: fc.constantFrom('staff', 'empty', 'none'),
  $notInGroup: fc.constantFrom('staff', 'empty', 'none'),
  $near: scalar,
}
const LEAVES = Object.entries(OPERANDS)
/** Text that no object converts to, and no other operators: see "letters". */
const foldable = fc.array(
  scalar.filter((value) => value !== '[object Object]'),
  { maxLength: 4 },
)
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
          arbitrary: fc.tuple(fc.constantFrom(...Object.keys(OPERANDS)), json).map(([name, value]): [string, Json] => {
            if (name.startsWith('$regex')) return [name, JSON.stringify(value).replace(/[[\](){}*+?\\]/g, '.')]
            // No list where one belongs is malformed.
            return [name, /in|ini$/.test(name) && !Array.isArray(value) ? [value] : value]
          }),
        },
        { weight: 3, arbitrary: fc.tuple(fc.constantFrom('$not', '$size'), tie('value')) },
        {
          weight: 2,
          arbitrary: fc.tuple(fc.constant('$all'), fc.array(tie('value'), { maxLength: 3 })),
        },
        { weight: 2, arbitrary: fc.tuple(fc.constant('$alli'), foldable) },
        { weight: 1, arbitrary: fc.tuple(fc.constant('$size'), json) },
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

/** Puts copies of the attributes in the place of echoes. */
const fill = (value: Json, given: Attributes): Json => {
  if (typeof value === 'string' && value[0] === '@') return fill(given[value.slice(1)] ?? null, {})
  if (Array.isArray(value)) return (value as Json[]).map((item) => fill(item, given))
  if (typeof value !== 'object' || !value) return value
  return Object.fromEntries(Object.entries(value as JsonObject).map(([name, inner]) => [name, fill(inner, given)]))
}

test(`${RUNS} conditions are answered as GrowthBook answers them`, { timeout: 300_000 }, () => {
  const count = { pairs: 0, held: 0 }
  const answers = new Map<string, Set<boolean>>()
  fc.assert(
    fc.property(condition, attributes, (template, given) => {
      const asked = fill(template, given) as JsonObject
      const ours = answer(asked, given)
      expect(ours).toBe(ask(asked, given))
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
  for (const name of [...Object.keys(OPERANDS), ...NESTING, '$and', '$or', '$nor'])
    if (name !== '$near') expect([name, answers.get(name)?.size]).toEqual([name, 2])
})

test('versions are compared as GrowthBook compares them', () => {
  const name = fc.constantFrom('$veq', '$vne', '$vlt', '$vlte', '$vgt', '$vgte')
  const known = fc.oneof(version, fc.constantFrom(null, '', 0, 1, 1.2, '2', false))
  const operators = fc.dictionary(name, known, { minKeys: 1, maxKeys: 2, noNullPrototype: true })
  const clause = fc
    .tuple(operators, fc.constantFrom('plain', 'negated', 'in a list', 'all'))
    .map(([inner, place]): JsonObject => {
      if (place === 'in a list') return { b: { $elemMatch: inner } }
      if (place === 'all') return { b: { $all: [inner] } }
      return { a: place === 'plain' ? inner : { $not: inner } }
    })
  const given = fc.record(
    { a: known, b: fc.array(known, { maxLength: 3 }) },
    { requiredKeys: [], noNullPrototype: true },
  )
  fc.assert(
    fc.property(clause, given, (asked, attributes) => {
      expect(answer(asked, attributes)).toBe(ask(asked, attributes))
    }),
    { numRuns: 40_000, seed: SEED },
  )
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
    fc.tuple(path, fc.constantFrom('(', '[', '*')).map(([name, value]) => ({ [name]: { $regex: value } })),
    fc
      .tuple(path, fc.constantFrom('$in', '$nin', '$ini', '$nini', '$all', '$alli'), scalar)
      .map(([name, operator, value]) => ({ [name]: { [operator]: value } })),
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
