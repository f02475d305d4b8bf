import { readdirSync, readFileSync } from 'node:fs'
import { evalCondition } from '@growthbook/growthbook'
import type { Attributes, Condition, Json } from '@unblink/protocol'
import { afterAll, expect, test, vi } from 'vitest'
import { evaluate } from './index.ts'

/** A row of `cases/condition-*.json`. `differs` names a difference from GrowthBook, listed in growthbook.test.ts. */
interface ConditionCase {
  readonly name: string
  readonly condition: Condition
  readonly attributes: Attributes
  readonly groups?: Record<string, readonly Json[]>
  readonly differs?: string
  readonly expected: boolean
}

const folder = new URL('../cases/', import.meta.url)
const files = readdirSync(folder).filter((file) => file.startsWith('condition-'))
const cases = files.flatMap((file) =>
  (JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as ConditionCase[]).map((row) => ({ file, ...row })),
)

// GrowthBook reports unknown operators on the console.
const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined)
afterAll(() => silenced.mockRestore())

const askGrowthBook = ({ attributes, condition, groups }: ConditionCase) => {
  try {
    return evalCondition(attributes, condition, groups as Record<string, string[]> | undefined)
  } catch {
    return false // it throws for some malformed conditions; we answer false
  }
}

test('there is a file for every operator', () => {
  const operators = files.map((file) => file.slice('condition-'.length, -'.json'.length))
  expect(operators).toEqual(expect.arrayContaining('eq ne lt lte gt gte in nin ini nini all alli exists'.split(' ')))
  expect(operators).toEqual(expect.arrayContaining('size elemMatch type regex regexi inGroup notInGroup'.split(' ')))
  expect(operators).toEqual(expect.arrayContaining('vgt vgte vlt vlte veq vne and or nor not'.split(' ')))
})

test.each(cases)('$file: $name', ({ condition, attributes, groups, expected }) => {
  expect(evaluate(condition, attributes, { groups })).toBe(expected)
})

test.each(cases.filter(({ differs }) => !differs))('$file: $name, as GrowthBook has it', (row) => {
  expect(askGrowthBook(row)).toBe(row.expected)
})

test.each(cases.filter(({ differs }) => differs))('$file: $name, unlike GrowthBook ($differs)', (row) => {
  expect(askGrowthBook(row)).toBe(!row.expected)
})
