import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fromRoot } from '../lib/fromRoot.mjs'
import { getBin } from '../lib/getBin.mjs'
import { captureCommand } from '../lib/runCommand.mjs'
import { findUnwanted } from './checkHygiene.mjs'
import { findLockProblems } from './checkLock.mjs'
import { findManifestProblems } from './checkManifests.mjs'

let top

beforeEach(() => (top = mkdtempSync(path.join(os.tmpdir(), 'unblink-'))))
afterEach(() => rmSync(top, { recursive: true }))

const write = (file, content) => {
  mkdirSync(path.dirname(`${top}/${file}`), { recursive: true })
  writeFileSync(`${top}/${file}`, typeof content === 'string' ? content : JSON.stringify(content))
}

function writeWorkspaces({
  decide = {},
  references = ['../protocol'],
  listed = ['packages/protocol', 'packages/decide'],
}) {
  write('package.json', { workspaces: ['packages/*'], devDependencies: { hono: '^4.0.0' } })
  write('tsconfig.json', { references: listed.map((place) => ({ path: place })) })
  write('packages/protocol/package.json', { name: '@unblink/protocol', version: '0.1.0' })
  write('packages/protocol/tsconfig.json', {})
  write('packages/decide/package.json', {
    name: '@unblink/decide',
    version: '0.1.0',
    dependencies: { '@unblink/protocol': '0.1.0' },
    ...decide,
  })
  write('packages/decide/tsconfig.json', { references: references.map((place) => ({ path: place })) })
  write('packages/decide/src/index.ts', "import { ok } from '@unblink/protocol'\nexport const decide = ok\n")
}

test('workspaces that fit together have no problem', () => {
  writeWorkspaces({})
  expect(findManifestProblems(top)).toEqual([])
})

test.each([
  [
    'an undeclared import',
    { decide: { dependencies: {} } },
    'imports @unblink/protocol, which is not in its package.json',
  ],
  [
    'a version that is not the workspace own',
    { decide: { dependencies: { '@unblink/protocol': '0.0.9' } } },
    'is 0.0.9',
  ],
  ['two ranges of one dependency', { decide: { devDependencies: { hono: '^3.0.0' } } }, 'hono is ^3.0.0, but ^4.0.0'],
  ['a missing project reference', { references: [] }, 'no reference to packages/protocol'],
  ['a package that the top does not build', { listed: ['packages/protocol'] }, 'no reference to packages/decide'],
])('%s is named', (_, change, message) => {
  writeWorkspaces(change)
  expect(findManifestProblems(top).join('\n')).toContain(message)
})

test('a lock file with a download address is refused, one with links to workspaces is not', () => {
  const packages = {
    '': {},
    'node_modules/own': { resolved: 'packages/own', link: true },
    'node_modules/a': { version: '1.0.0', resolved: 'https://example.com/a.tgz' },
  }
  expect(findLockProblems({ packages }, [{ folder: '', manifest: {} }])).toEqual([
    'node_modules/a has a "resolved" address',
  ])
})

test('a lock file that a package.json has run away from is refused', () => {
  const packages = { 'packages/decide': { dependencies: { a: '^1.0.0' } } }
  const manifests = [
    { folder: 'packages/decide', manifest: { dependencies: { a: '^2.0.0' } } },
    { folder: 'packages/new', manifest: {} },
  ]
  expect(findLockProblems({ packages }, manifests)).toEqual([
    'packages/decide: dependencies differ from the lock file',
    'packages/new is not in the lock file',
  ])
})

test('paths of one machine and conflict marks are found, web paths are not', () => {
  const machine = ['', 'tmp', 'x'].join('/')
  expect(findUnwanted(`ok\nconst a = '${machine}'\n${'<'.repeat(7)} HEAD`)).toEqual([
    expect.stringMatching(/^2: a path of one machine/),
    '3: a conflict mark',
  ])
  expect(findUnwanted("fetch('/u/v1/p'); open('/home'); import('./work/x.ts')")).toEqual([])
})

test('the boundaries stop sideways and upward imports, inner files, Node in pure packages, and cycles', async () => {
  write('packages/protocol/src/index.ts', "import { readFileSync } from 'node:fs'\nexport const ok = readFileSync\n")
  write('packages/decide/src/index.ts', "export { ok } from '../../protocol/src/inner.ts'\n")
  write('packages/protocol/src/inner.ts', 'export const ok = 1\n')
  write('packages/tracker/src/index.ts', "export { ok } from '../../decide/src/index.ts'\nexport * from './a.ts'\n")
  write('packages/tracker/src/a.ts', "export * from './b.ts'\n")
  write('packages/tracker/src/b.ts', "export * from './a.ts'\nexport * from '../../../e2e/c.ts'\n")
  write('packages/stray/src/index.ts', "export * from '../../protocol/src/index.ts'\n")
  write('packages/server/src/index.ts', "export { ok } from '../../decide/src/index.ts'\n")
  write('e2e/c.ts', 'export const c = 1\n')
  write('package.json', {})
  const { output } = await captureCommand(
    process.execPath,
    [
      getBin('dependency-cruiser', 'depcruise'),
      '--config',
      fromRoot('scripts/depcruise.config.cjs'),
      '--output-type',
      'json',
      'packages',
      'e2e',
    ],
    { cwd: top },
  )
  const { violations } = JSON.parse(output).summary
  const found = new Set(violations.map(({ rule, from }) => `${rule.name} ${from.replace('/src', '')}`))
  expect([...found].sort()).toEqual([
    'circular packages/tracker/a.ts',
    'inner-file packages/decide/index.ts',
    'layer-tracker packages/tracker/index.ts',
    'layer-unknown packages/stray/index.ts',
    'upwards packages/tracker/b.ts',
    'without-node packages/protocol/index.ts',
  ])
})
