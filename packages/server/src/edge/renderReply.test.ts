import { runInNewContext } from 'node:vm'
import type { ProfileReply } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { renderReply } from './renderReply.ts'

const reply: ProfileReply = {
  v: 1,
  manifest: 'abc',
  generation: 1,
  audiences: [],
  attributes: { note: '</script><script>alert(1)</script><!-- \u2028\u2029 é' },
  decisions: [{ slot: 'hero', reason: 'default' }],
  expiresAt: 2,
}

/** What the page's snippet is told when an engine runs the script. */
function run(html: string, hasSnippet = true): unknown[] {
  const script = /^<script[^>]*>(.*)<\/script>$/s.exec(html)![1]!
  const told: unknown[] = []
  const page = hasSnippet ? { unblink: { answer: (value: unknown) => told.push(value) } } : {}
  runInNewContext(script, { ...page, window: page })
  return JSON.parse(JSON.stringify(told)) as unknown[]
}

test('the snippet is told the reply as it is', () => {
  expect(run(renderReply(reply))).toEqual([reply])
})

test('nothing in a reply can end the script or open a comment in it', () => {
  const html = renderReply(reply)
  expect(html.match(/<\/script/g)).toHaveLength(1)
  expect(html).not.toMatch(/<!--|\u2028|\u2029/)
})

test('no reply is told too', () => {
  expect(run(renderReply(null))).toEqual([null])
})

test('on a page without the snippet nothing happens', () => {
  expect(run(renderReply(reply), false)).toEqual([])
})

test('a nonce goes on the element and cannot leave its attribute', () => {
  expect(renderReply(null, 'aB+/=_-1')).toMatch(/^<script nonce="aB\+\/=_-1">/)
  expect(renderReply(null, '"><img>')).toMatch(/^<script nonce="img">/)
})
