import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bucket } from './bucket.ts'
import { pickVariant } from './pickVariant.ts'

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`../cases/${file}`, import.meta.url), 'utf8'))

test.each(read('bucket.json') as { seed: string; id: string; expected: number }[])(
  'bucket: $seed + $id is $expected',
  ({ seed, id, expected }) => {
    expect(bucket(seed, id)).toBe(expected)
  },
)

interface AssignCase {
  readonly name: string
  readonly input: {
    readonly seed: string
    readonly id: string
    readonly weights?: readonly number[]
    readonly coverage?: number
  }
  readonly expected: number
}

test.each(read('assign.json') as AssignCase[])('assign: $name', ({ input, expected }) => {
  const { seed, id, weights, coverage } = input
  const variants = weights?.map((weight, index) => ({ id: `${index}`, weight })) ?? [{ id: '0' }, { id: '1' }]
  const variant = pickVariant({ id: 'experience', seed, variants, ...(coverage === undefined ? {} : { coverage }) }, id)
  expect(Number(variant?.id ?? -1)).toBe(expected)
})
