import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { getMeantOperator, isKnownOperator } from './operators.ts'

const documentation = readFileSync(new URL('../../../../docs/site-config.md', import.meta.url), 'utf8')
const documented = [...new Set(documentation.slice(documentation.indexOf('## Conditions')).match(/\$[a-z]+\b/gi))]

test('the operators that are documented are those of the engine', () => {
  const own = ['$and', '$or', '$nor', '$endsWith'] // logic, and the example of an own operator
  const operators = documented.filter((name) => !own.includes(name))
  expect(operators.filter((name) => !isKnownOperator(name))).toEqual([])
  expect(operators.length).toBeGreaterThan(25)
})

test.each(documented.filter((name) => isKnownOperator(name)))('%s is suggested for its own misspelling', (name) => {
  const misspelt = `${name}x`
  const meant = getMeantOperator(misspelt, [])
  expect(meant === undefined ? undefined : isKnownOperator(meant)).not.toBe(false)
  expect(getMeantOperator(name, [])).toBe(name)
})

test('whatever is suggested exists', () => {
  for (const name of ['$equals', '$contains', '$oneOf', '$startsWith', '$min', '$length', '$between', '$group']) {
    expect([name, isKnownOperator(getMeantOperator(name, []) ?? '')]).toEqual([name, true])
  }
  expect(getMeantOperator('$endWith', ['$endsWith'])).toBe('$endsWith')
  expect(getMeantOperator('$whatever', [])).toBeUndefined()
})

test('logic and nonsense are no operators of a value', () => {
  expect(['$and', '$or', '$nor', '$x', '$eqq'].filter((name) => isKnownOperator(name))).toEqual([])
})
