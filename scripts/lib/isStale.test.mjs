import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fromRoot } from './fromRoot.mjs'
import { isStale, stamp } from './isStale.mjs'

const NAME = `test ${process.pid}`
const folder = fromRoot('.cache', `stale-test-${process.pid}`)
const input = `${folder}/input.ts`
const output = `.cache/stale-test-${process.pid}/output.js`

beforeEach(() => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(input, 'one')
  writeFileSync(fromRoot(output), 'built')
  stamp(NAME, [input])
})

afterEach(() => {
  rmSync(folder, { recursive: true })
  rmSync(fromRoot('.cache/build', `${NAME.replace(' ', '-')}.json`))
})

test('a step whose inputs are as they were is not stale, whatever their time stamps say', () => {
  utimesSync(input, new Date(), new Date(Date.now() + 60_000))
  expect(isStale(NAME, [output])).toBe(false)
})

test('a changed input makes it stale', () => {
  writeFileSync(input, 'two')
  expect(isStale(NAME, [output])).toBe(true)
})

test('a missing output makes it stale', () => {
  rmSync(fromRoot(output))
  expect(isStale(NAME, [output])).toBe(true)
})

test('a step that was never done is stale', () => {
  expect(isStale(`${NAME} other`, [output])).toBe(true)
})
