import * as prettier from 'prettier'
import { expect, test } from 'vitest'
import { getSizes, updateReadme } from './size.mjs'

const sizes = [
  { name: 'snippet', what: 'snippet', raw: 3000, gzip: 1500, brotli: 1400, budget: 1434 },
  { name: 'runtime', what: 'whole runtime', raw: 30000, gzip: 10000, brotli: 9000, budget: 9216 },
]
const readme = '# Title\n\n<!-- sizes -->\nold\n<!-- /sizes -->\n\nEnd.\n'

test('the size table replaces what stands between the marks and nothing else', () => {
  const updated = updateReadme(readme, sizes)
  expect(updated).toMatch(/^# Title\n\n<!-- sizes -->\n[\s\S]*\n<!-- \/sizes -->\n\nEnd\.\n$/)
  expect(updated).not.toContain('old')
  expect(updated).toMatch(/\| snippet +\| +2\.9 KiB \| 1\.4 KiB \|/)
})

test('a second update changes nothing, and neither does the formatter', async () => {
  const updated = updateReadme(readme, sizes)
  expect(updateReadme(updated, sizes)).toBe(updated)
  expect(await prettier.format(updated, { parser: 'markdown' })).toBe(updated)
})

test('a README without the marks is not touched', () => {
  expect(updateReadme('# Title\n', sizes)).toBeUndefined()
})

test('sizes are those of the bytes, not of the characters', () => {
  expect(getSizes('ä€').raw).toBe(5)
  expect(getSizes('x'.repeat(1_000)).brotli).toBeLessThan(getSizes('x'.repeat(1_000)).raw)
})
