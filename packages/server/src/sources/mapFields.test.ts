import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mapFields, type FieldMapping } from './mapFields.ts'
import { parsePath } from './parsePath.ts'

const JSON_BODY = {
  id: 7,
  customer: { 'loyalty tier': 'gold', spent: '12.50', isVip: 'yes', none: null, tags: ['a', null, 'b'] },
  orders: [
    { sku: 'x1', items: [{ name: 'hat' }, { name: 'bag' }] },
    { sku: 'x2', items: [] },
    { items: [{ name: 'pen' }] },
  ],
}

const map = (field: string | FieldMapping, json: unknown = JSON_BODY) => {
  const mapped = mapFields({ field }, json)
  return mapped.ok ? mapped.value.fields : mapped.error
}

test.each<[string, string | FieldMapping, unknown]>([
  ['the whole', '$', { field: JSON_BODY }],
  ['a member', '$.id', { field: 7 }],
  ['any name in quotes', '$.customer["loyalty tier"]', { field: 'gold' }],
  ['any name in single quotes', "$['customer']['loyalty tier']", { field: 'gold' }],
  ['an item', '$.orders[1].sku', { field: 'x2' }],
  ['of every item, without those that have none', '$.orders[*].sku', { field: ['x1', 'x2'] }],
  ['of every item of every item', '$.orders[*].items[*].name', { field: ['hat', 'bag', 'pen'] }],
  ['a list without nulls', '$.customer.tags[*]', { field: ['a', 'b'] }],
  ['nothing there', '$.customer.gone.deeper', {}],
  ['an item behind the end', '$.orders[9]', {}],
  ['a member of a list', '$.orders.length', {}],
  ['an item of a text', '$.customer.spent[0]', {}],
  ['null', '$.customer.none', { field: null }],
  ['a default for nothing', { path: '$.gone', default: 'basic' }, { field: 'basic' }],
  ['a default for null', { path: '$.customer.none', default: 0 }, { field: 0 }],
  ['a number of a text', { path: '$.customer.spent', type: 'number' }, { field: 12.5 }],
  ['a text of a number', { path: '$.id', type: 'string' }, { field: '7' }],
  ['a boolean of a text', { path: '$.customer.isVip', type: 'boolean' }, { field: true }],
  ['a list of one value', { path: '$.id', type: 'list' }, { field: [7] }],
  ['a list of a list', { path: '$.orders[*].sku', type: 'list' }, { field: ['x1', 'x2'] }],
])('%s', (_name, field, expected) => {
  expect(map(field)).toEqual(expected)
})

test.each<[string, FieldMapping, string]>([
  [
    'no number',
    { path: '$.customer["loyalty tier"]', type: 'number' },
    'field: expected a number at $.customer["loyalty tier"], got a text',
  ],
  ['no boolean', { path: '$.id', type: 'boolean' }, 'field: expected a boolean at $.id, got a number'],
  ['no text', { path: '$.customer', type: 'string' }, 'field: expected a string at $.customer, got an object'],
  ['no path', { path: 'customer' }, 'field: "customer" does not begin with $'],
])('%s is an error that repeats no value', (_name, field, error) => {
  expect(map(field)).toContain(error)
  expect(map(field)).not.toContain('gold')
})

test.each(['', 'a.b', '$.', '$.a..b', '$[', '$[a]', '$[-1]', '$.a b', '$["a]', `$${'.a'.repeat(200)}`])(
  '%j is no path, and the error shows how one looks',
  (path) => {
    expect(parsePath(path)).toMatchObject({ ok: false, error: expect.stringContaining('$.profile.tier') as string })
  },
)

test('only own members are found', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
    expect(map(`$.customer.${name}`)).toEqual({})
  expect(map('$.__proto__', JSON.parse('{"__proto__":{"x":1}}'))).toEqual({ field: { x: 1 } })
})

test('a field called __proto__ is a field like any other', () => {
  const mapped = mapFields(JSON.parse('{"__proto__":"$.id"}') as Record<string, string>, JSON_BODY)
  expect(mapped).toMatchObject({ ok: true })
  expect(Object.keys(mapped.ok ? mapped.value.fields : {})).toEqual(['__proto__'])
  expect(({} as Record<string, unknown>)['id']).toBeUndefined()
})

test('whatever is sent and asked for, it answers', () => {
  const path = fc
    .array(fc.constantFrom('.a', '.b', '[0]', '[*]', '["c d"]', '.__proto__'))
    .map((steps) => `$${steps.join('')}`)
  const type = fc.constantFrom('string', 'number', 'boolean', 'list', undefined)
  fc.assert(
    fc.property(fc.jsonValue(), path, type, (json, at, as) => {
      const mapped = mapFields({ field: as ? { path: at, type: as } : at }, json)
      const value = mapped.ok ? mapped.value.fields['field'] : undefined
      if (value === undefined || value === null || as === undefined) return
      expect(as === 'list' ? Array.isArray(value) : typeof value === as).toBe(true)
    }),
  )
})
