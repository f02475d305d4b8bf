import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { getBootConfig } from './getBootConfig.ts'
import { getIntegrity } from './getIntegrity.ts'
import { renderHead } from './renderHead.ts'
import { renderTags } from './renderTags.ts'

const site = { keys: { browser: 'pk_test' }, slots: { 'home.hero': { late: 'fade' as const } } }
const config = getBootConfig(site)

test('a site config gives the configuration, and who was not asked is pending', () => {
  expect(config).toEqual({
    key: 'pk_test',
    base: '/u',
    consent: { personalization: 'pending', analytics: 'pending' },
    slots: { 'home.hero': { late: 'fade' } },
  })
})

test('the block is the snippet and then the runtime, and its hash is that of the text between the tags', () => {
  const { html, script, hash, runtime } = renderHead(config)
  expect(html).toBe(`<script>${script}</script>\n<script async src="/u/unblink.js" fetchpriority="low"></script>`)
  expect(hash).toBe(`'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  expect(runtime).toEqual({ async: true, src: '/u/unblink.js', fetchpriority: 'low' })
  expect(renderTags(config)).toBe(html)
})

test('with an integrity the address is another for each content, so that no cache answers with the version before', () => {
  const integrity = getIntegrity('content of a file')
  const { runtime } = renderHead({ ...config, integrity })
  expect(runtime).toMatchObject({ integrity })
  expect(runtime.src).toMatch(/^\/u\/unblink\.js\?[\w-]{10}$/)
  expect(renderHead({ ...config, integrity: getIntegrity('another') }).runtime.src).not.toBe(runtime.src)
})

test.each([
  ['https://u.example.com', 'anonymous'],
  ['//u.example.com', 'anonymous'],
  ['/u', undefined],
  ['', undefined],
])('a runtime under "%s" has crossorigin %s', (base, crossorigin) => {
  expect(renderHead({ ...config, base }).runtime.crossorigin).toBe(crossorigin)
})

test('a nonce is on both elements, and an address cannot end its attribute', () => {
  const html = renderTags({ ...config, nonce: 'n0nce', runtime: '/a?b=1&c="><script>' })
  expect(html.match(/ nonce="n0nce"/g)).toHaveLength(2)
  expect(html).toContain('src="/a?b=1&amp;c=&quot;><script>"')
})
