import { readdirSync, readFileSync } from 'node:fs'
import type { Decision } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { decide, type DecideInput } from './index.ts'

/** A row of `cases/decide-*.json`, one file per reason. */
interface DecideCase {
  readonly name: string
  readonly input: DecideInput
  readonly expected: readonly Decision[]
}

const folder = new URL('../cases/', import.meta.url)
const files = readdirSync(folder).filter((file) => file.startsWith('decide-'))
const cases = files.flatMap((file) =>
  (JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as DecideCase[]).map((row) => ({ file, ...row })),
)

test('every reason that a decision of ours can have is covered', () => {
  const reasons = cases.flatMap(({ expected }) => expected.map(({ reason }) => reason))
  expect([...new Set(reasons)].sort()).toEqual(['consent', 'default', 'error', 'holdout', 'split', 'targeting_match'])
})

// toStrictEqual: a `content: undefined` would not be left out.
test.each(cases)('$file: $name', ({ input, expected }) => {
  expect(decide(input)).toStrictEqual(expected)
})
