import { expect, test } from 'vitest'
import { toText } from './toText.ts'

test.each([
  ['<h1>Hello</h1>', 'Hello'],
  ['  <p>One <b>two</b></p>\n', 'One two'],
  ['a &amp; b &lt;i&gt; &#8364; &#x20AC; &quot;&apos;', 'a & b <i> € € "\''],
  ['<a title="1 > 0" href=\'x>y\'>link</a>', 'link'],
  ['<script>alert(1)</script>text<style>a{}</style><!-- <b>note</b> -->', 'text'],
  ['<title>t</title><noscript><img></noscript>x', 'x'],
  ['&amp;lt;', '&lt;'],
])('%s is read as %s', (html, text) => expect(toText(html)).toBe(text))

test.each(['a < b', '<a title="never closed', '<scr<script>ipt>', 'caf&eacute;', '&#99999999;', '<p'])(
  '%s is not read at all',
  (html) => expect(() => toText(html)).toThrow(),
)

test('a text that is made to be slow is read at once', () => {
  const html = `${'<a '.repeat(20_000)}${'"'.repeat(20_001)}`
  expect(() => toText(html)).toThrow()
})
