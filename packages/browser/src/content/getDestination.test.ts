import { expect, test } from 'vitest'
import { getDestination } from './getDestination.ts'

const PAGE = 'https://shop.example/loans?utm_source=mail&a=%20x+y#rates'
const go = (address: string, page = PAGE, origins: readonly string[] = []) =>
  getDestination(address, page, origins)?.href

test.each([
  ['takes the page’s query and fragment along', '/b', 'https://shop.example/b?utm_source=mail&a=%20x+y#rates'],
  ['the address’s own come first', '/b?a=1#top', 'https://shop.example/b?a=1&utm_source=mail#top'],
  ['is relative to the page', 'b', 'https://shop.example/b?utm_source=mail&a=%20x+y#rates'],
  [
    'keeps what the address says as it is written',
    '/b?q=%C3%BC+1',
    'https://shop.example/b?q=%C3%BC+1&utm_source=mail&a=%20x+y#rates',
  ],
])('%s', (_, address, expected) => {
  expect(go(address)).toBe(expected)
})

test.each([
  ['the page itself', PAGE],
  ['the same path', '/loans'],
  ['the same path with a slash', '/loans/'],
  ['the same path and part of the query', '/loans?utm_source=mail'],
  ['another fragment', '/loans#top'],
])('leads nowhere when the visitor is there: %s', (_, address) => {
  expect(go(address)).toBeUndefined()
})

test('an address without slashes is one of the page’s own', () => {
  expect(go('https:evil.example')).toBe('https://shop.example/evil.example?utm_source=mail&a=%20x+y#rates')
})

test('another value of the same parameter is another page', () => {
  expect(go('/loans?utm_source=web')).toBe('https://shop.example/loans?utm_source=web&a=%20x+y#rates')
})

test('another origin must have been declared, scheme and port included', () => {
  const origins = ['https://b.example']
  expect(go('https://b.example/x?y', PAGE, origins)).toBe('https://b.example/x?y&utm_source=mail&a=%20x+y#rates')
  for (const address of [
    'https://b.example:444/',
    'http://b.example/',
    'https://b.example.evil.example/',
    '//evil.example',
  ])
    expect(() => go(address, PAGE, origins)).toThrow('redirect')
})

test.each([
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'blob:https://shop.example/1',
  'vbscript:x',
  'file:///etc/passwd',
  'https://user@shop.example/b',
  'https://shop.example:pass@evil.example/',
  '\\\\evil.example\\x',
  '/\\evil.example',
  'http://[',
])('refuses %j', (address) => {
  expect(() => go(address)).toThrow()
})
