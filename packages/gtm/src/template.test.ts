import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
// @ts-expect-error -- a script without types
import { renderTemplate } from '../scripts/buildTemplate.mjs'
import { parse } from './emulate/parse.ts'
import { parseTemplate } from './emulate/parseTemplate.ts'
import { runTests } from './emulate/runTests.ts'

const text = readFileSync(new URL('../template.tpl', import.meta.url), 'utf8')
const template = parseTemplate(text)
const results = runTests(template)

test('template.tpl is what its sources make; else run: npm run template -w packages/gtm', () => {
  expect(text).toBe((renderTemplate as () => string)())
})

test.each(results)('its own test: $name', ({ failure }) => {
  expect(failure).toBeUndefined()
})

test('it has tests of its own', () => {
  expect(results.length).toBeGreaterThanOrEqual(12)
})

/** The names in the code that `require` is called with. */
const used = [...template.code.matchAll(/require\('(\w+)'\)/g)].map(([, name]) => name)

test('its code is within the language, and requires nothing twice', () => {
  expect(() => parse(template.code)).not.toThrow()
  expect(new Set(used).size).toBe(used.length)
})

test('every permission that it declares is one that it needs', () => {
  const without = (id: string) => template.permissions.filter((permission) => permission.id !== id)
  for (const { id } of template.permissions) {
    const failures = runTests({ ...template, permissions: without(id) }).filter(({ failure }) => failure)
    expect(failures[0]?.failure, id).toContain(`has not declared ${id}(`)
  }
})

test('every global that it declares is one that it needs', () => {
  const { params } = template.permissions.find(({ id }) => id === 'access_globals')!
  const keys = params['keys'] as { key: string }[]
  for (const { key } of keys) {
    const rest = { id: 'access_globals', params: { keys: keys.filter((one) => one.key !== key) } }
    const permissions = template.permissions.map((permission) => (permission.id === rest.id ? rest : permission))
    expect(
      runTests({ ...template, permissions }).some(({ failure }) => failure?.includes(key)),
      key,
    ).toBe(true)
  }
})

test('each field that the code reads is there, and each that is there is read', () => {
  const names = template.fields.flatMap((field) =>
    [field, ...((field['subParams'] as { name: string }[] | undefined) ?? [])]
      .filter((one) => one['type' as never] !== 'GROUP')
      .map((one) => one['name' as never] as string),
  )
  const read = [...template.code.matchAll(/data\.(\w+)/g)].map(([, name]) => name!)
  const own = read.filter((name) => !name.startsWith('gtmOn'))
  expect([...new Set(own)].sort()).toEqual([...names].sort())
})
