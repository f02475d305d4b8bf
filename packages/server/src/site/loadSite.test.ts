import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSite } from './loadSite.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-config-'))
})
afterAll(() => rm(folder, { recursive: true }))

const write = async (name: string, text: string) => {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

test('a TypeScript config is loaded without an installed package beside it', async () => {
  const file = await write(
    'unblink.config.ts',
    `import { defineSite } from '@unblink/server'
     const slots: Record<string, object> = { hero: {} }
     export default defineSite({ id: 'bank', keys: { browser: 'k' }, slots })`,
  )
  expect(await loadSite(file)).toMatchObject({ ok: true, value: { id: 'bank', slots: { hero: {} } } })
})

test('a JSON config is loaded', async () => {
  const file = await write('site.json', '{"id":"bank","keys":{"browser":"k"},"slots":{}}')
  expect(await loadSite(file)).toMatchObject({ ok: true, value: { id: 'bank' } })
})

test.each([
  ['a faulty site', 'faulty.json', '{"id":"bank","slots":{}}', 'keys: missing; add an object'],
  ['broken JSON', 'broken.json', '{"id":', 'cannot be read: Unexpected end of JSON input'],
  [
    'no default export',
    'none.ts',
    'export const site = {}',
    'has no default export. End it with: export default defineSite',
  ],
  ['a syntax error', 'syntax.ts', 'export default {{', 'cannot be read'],
  ['a throw', 'throws.ts', `throw new Error('no database')`, 'cannot be read: no database'],
  [
    'a missing import',
    'import.ts',
    `import './nowhere.ts'\nexport default {}`,
    'Check the path and what the file imports',
  ],
])('%s is an error that names the file', async (_name, name, text, message) => {
  const file = await write(name, text)
  const site = await loadSite(file)
  expect(site.ok).toBe(false)
  expect(!site.ok && site.error).toContain(message)
  expect(!site.ok && site.error.startsWith(file)).toBe(true)
})

test('a file that does not exist is said to be missing', async () => {
  expect(await loadSite(join(folder, 'absent.ts'))).toMatchObject({
    ok: false,
    error: expect.stringContaining('cannot be found') as string,
  })
  expect(await loadSite(join(folder, 'absent.json'))).toMatchObject({
    ok: false,
    error: expect.stringContaining('cannot be found') as string,
  })
})
