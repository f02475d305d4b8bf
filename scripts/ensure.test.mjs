import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { arePackagesCurrent, findProgram } from './ensure.mjs'

let folder

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'unblink-'))
  mkdirSync(`${folder}/node_modules`)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const write = (name, packages) => writeFileSync(`${folder}/${name}`, JSON.stringify({ packages }))
const locked = {
  '': { name: 'top' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/only-on-another-platform': { version: '1.0.0', optional: true },
}

test('a platform package that is not for this machine is not missed', () => {
  write('package-lock.json', locked)
  write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } })
  expect(arePackagesCurrent(folder)).toBe(true)
})

test.each([
  ['another version', { 'node_modules/a': { version: '1.0.1' } }],
  ['a package too few', {}],
  ['a package too many', { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } }],
])('%s is noticed', (_, installed) => {
  write('package-lock.json', locked)
  write('node_modules/.package-lock.json', installed)
  expect(arePackagesCurrent(folder)).toBe(false)
})

test('a workspace without its link is noticed', () => {
  const own = { 'node_modules/own': { resolved: 'packages/own', link: true } }
  write('package-lock.json', { ...locked, ...own })
  write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } })
  expect(arePackagesCurrent(folder)).toBe(false)
  mkdirSync(`${folder}/node_modules/own`)
  expect(arePackagesCurrent(folder)).toBe(true)
})

test('without node_modules, packages are not current', () => {
  write('package-lock.json', locked)
  expect(arePackagesCurrent(folder)).toBe(false)
})

test('a browser named by the environment is used, and a wrong name is an error instead of another browser', () => {
  const file = path.join(folder, 'my-chrome')
  writeFileSync(file, '')
  vi.stubEnv('CHROME_PATH', file)
  expect(findProgram('chromium')).toBe(file)
  vi.stubEnv('CHROME_PATH', `${file}-gone`)
  expect(() => findProgram('chromium')).toThrow('there is no such file')
})

test('a script that only tells to install a snap is not taken for a browser', () => {
  const file = path.join(folder, 'firefox')
  writeFileSync(file, '#!/bin/sh\necho install the snap >&2\nexit 1\n', { mode: 0o755 })
  vi.stubEnv('FIREFOX_PATH', '')
  vi.stubEnv('PATH', folder)
  expect(findProgram('firefox')).not.toBe(file)
})
