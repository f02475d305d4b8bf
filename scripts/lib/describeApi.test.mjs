import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeApi } from './describeApi.mjs'
import { fromRoot, root } from './fromRoot.mjs'

let folder
beforeAll(() => {
  mkdirSync(fromRoot('.cache'), { recursive: true })
  folder = mkdtempSync(fromRoot('.cache/api-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const describe_ = (files) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
  const manifest = {
    name: '@unblink/a',
    exports: { '.': { types: './index.d.ts' }, './more': { types: './more.d.ts' }, './a.js': './a.js' },
  }
  return describeApi(ts, { folder: path.relative(root, folder), manifest })
}

test('what can be imported is listed by name, without comments, and what it needs of the package too', () => {
  const text = describe_({
    'index.d.ts': "export { start, type Options } from './start.ts';\nexport { start as begin } from './start.ts';",
    'start.d.ts': `/** Starts. */
export interface Options { /** Of it. */ readonly inner: Inner }
interface Inner { readonly a: 1 }
interface Unused { readonly b: 1 }
export declare function start(options: Options): void;
export declare const VERSION = 1;`,
    'more.d.ts': "export * from './start.ts';\n",
  })
  const [, first, second] = text.split('\n## ')
  expect(first).toMatch(/^`@unblink\/a`/)
  expect(first).toMatch(
    /interface Inner[^]*export interface Options[^]*export declare function start|export function start/,
  )
  expect(first).toContain('export { start as begin }')
  expect(first).not.toMatch(/Unused|VERSION|Starts|Of it/)
  expect(second).toMatch(/^`@unblink\/a\/more`[^]*export const VERSION = 1/)
})

test('what comes from another package is named with it', () => {
  const text = describe_({
    'index.d.ts': "export { Program } from 'typescript';\n",
    'start.d.ts': '',
    'more.d.ts': 'export {};\n',
  })
  expect(text).toContain("export { Program } from 'typescript'")
})
