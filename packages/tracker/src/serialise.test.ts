import fc from 'fast-check'
import { expect, test } from 'vitest'
import { serialise } from './serialise.ts'

test('writes plain values as JSON does', () => {
  const value = { a: [1, 'two', null, true], b: { c: 'ü☃' }, at: new Date(0), no: undefined }
  expect(serialise(value, 1_000)).toBe(JSON.stringify(value))
})

test('writes the digits of a BigInt', () => {
  expect(serialise({ id: 12345678901234567890n }, 1_000)).toBe('{"id":"12345678901234567890"}')
})

test.each([
  [
    'a cycle',
    () => {
      const value: Record<string, unknown> = {}
      value['self'] = value
      return value
    },
  ],
  [
    'a getter that throws',
    () => ({
      get bad() {
        throw Error('no')
      },
    }),
  ],
  [
    'a proxy that refuses',
    () =>
      new Proxy(
        {},
        {
          ownKeys() {
            throw Error('no')
          },
        },
      ),
  ],
  [
    'a revoked proxy',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return { proxy }
    },
  ],
  [
    'a toJSON that throws',
    () => ({
      toJSON() {
        throw Error('no')
      },
    }),
  ],
  ['a long string', () => ({ text: 'x'.repeat(10_000_000) })],
  ['many members', () => Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [index, 0]))],
  [
    'a deep nest',
    () => {
      let value = {}
      for (let depth = 0; depth < 100_000; depth++) value = { value }
      return value
    },
  ],
])('gives up on %s', (_what, create) => {
  expect(serialise(create(), 16_384)).toBeUndefined()
})

test('stops reading when the budget is spent', () => {
  let reads = 0
  const endless = new Proxy([], {
    get: (_list, key) => (key === 'length' ? 1e9 : key === 'toJSON' ? undefined : ++reads),
  })
  expect(serialise(endless, 1_000)).toBeUndefined()
  expect(reads).toBeLessThanOrEqual(1_001)
})

test('never throws, and what it gives is JSON within the budget', () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withObjectString: true,
        withSparseArray: true,
        withTypedArray: true,
      }),
      (value) => {
        const json = serialise({ value }, 500)
        if (json !== undefined) JSON.parse(json)
      },
    ),
  )
})
