import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { assign, bucket, type AssignInput } from './index.ts'

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`../cases/${file}`, import.meta.url), 'utf8'))

test.each(read('bucket.json') as { seed: string; id: string; expected: number }[])(
  'bucket: $seed + $id is $expected',
  ({ seed, id, expected }) => {
    expect(bucket(seed, id)).toBe(expected)
  },
)

test.each(read('assign.json') as { name: string; input: AssignInput; expected: number }[])(
  'assign: $name',
  ({ input, expected }) => {
    expect(assign(input)).toBe(expected)
  },
)
