import ts from 'typescript'
import { expect, test } from 'vitest'
import { walkPackage } from '../lib/walkPackage.mjs'
import { findImportFlaws, findManifestFlaws } from './checkPackages.mjs'

const sound = {
  name: '@unblink/a',
  description: 'A.',
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  keywords: ['a'],
  publishConfig: { access: 'public', provenance: true },
  exports: { '.': { source: './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' } },
  files: ['dist', '!dist/.tsbuildinfo'],
  dependencies: { '@unblink/protocol': '0.1.0' },
}

test('a sound package.json has no flaw', () => {
  expect(findManifestFlaws(sound, ['@unblink/page'])).toEqual([])
})

test.each([
  [{ license: undefined }, 'license is not MIT'],
  [{ keywords: [] }, 'has no keywords'],
  [{ publishConfig: { access: 'public' } }, 'publishConfig.provenance is not true'],
  [{ sideEffects: undefined }, 'does not say what its side effects are'],
  [{ files: ['dist'] }, 'packs dist/.tsbuildinfo'],
  [{ dependencies: { '@unblink/page': '0.1.0' } }, 'depends on @unblink/page, which is not published'],
])('%j is a flaw: %s', (over, what) => {
  expect(findManifestFlaws({ ...sound, ...over }, ['@unblink/page'])).toEqual([expect.stringContaining(what)])
})

const walk = (files) => walkPackage(ts, sound, new Map(Object.entries(files)))

test('imports are followed from the exports inward, types and code', () => {
  const walked = walk({
    'dist/index.d.ts': "export { b } from './b.ts';\nimport type { C } from '@unblink/protocol';",
    'dist/b.d.ts': "export declare const b: import('node:http').Server;",
    'dist/index.js': "export { b } from './b.js';\nawait import('./late.js')",
    'dist/b.js': "import x from 'x/sub';\nexport const b = x",
    'dist/late.js': '',
    'dist/unreached.js': "import '@unblink/page'",
  })
  expect([...walked.reached].sort()).toEqual([
    'dist/b.d.ts',
    'dist/b.js',
    'dist/index.d.ts',
    'dist/index.js',
    'dist/late.js',
  ])
  expect(walked.usesNode).toBe(true)
  expect(findImportFlaws(sound, walked)).toEqual(['@unblink/a: dist/b.js imports x, which is no dependency'])
})

test('a file that is imported but not packed is named, and who imports it', () => {
  const walked = walk({ 'dist/index.d.ts': "export * from './gone.ts'", 'dist/index.js': "import './late.js'" })
  expect(findImportFlaws(sound, walked).sort()).toEqual([
    '@unblink/a: dist/index.d.ts leads to dist/gone.ts, which is not packed',
    '@unblink/a: dist/index.js leads to dist/late.js, which is not packed',
  ])
})
