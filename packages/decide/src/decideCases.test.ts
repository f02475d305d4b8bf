import { readdirSync, readFileSync } from 'node:fs'
import type { Decision, Reason } from '@unblink/protocol'
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

/** Whether `decide` gives it. A reason that is new to the protocol has to be added here, and to the cases if it is `decide`'s. */
const REASONS: Readonly<Record<Reason, boolean>> = {
  targeting_match: true,
  split: true,
  default: true,
  error: true,
  holdout: true,
  consent: true,
  // The page's.
  disabled: false,
  cached: false,
  timeout: false,
  // The server's, and that of servers which are not ours.
  override: false,
  stale: false,
}

test('every reason that a decision of ours can have is covered, and no other comes out', () => {
  const given = new Set(cases.flatMap(({ expected }) => expected.map(({ reason }) => reason)))
  const names = Object.keys(REASONS) as Reason[]
  expect(names.filter((name) => given.has(name))).toEqual(names.filter((name) => REASONS[name]))
})

// toStrictEqual: a `content: undefined` would not be left out.
test.each(cases)('$file: $name', ({ input, expected }) => {
  expect(decide(input)).toStrictEqual(expected)
})
