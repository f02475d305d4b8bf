import { expect, test } from 'vitest'
import { getEarlyHints } from './getEarlyHints.ts'

test('the hint and the address for the snippet are the same to the letter', () => {
  const { link, ask } = getEarlyHints({ base: '/u', key: 'pk', url: '/mortgages' })
  expect(ask).toBe('/u/v1/p?key=pk&url=%2Fmortgages')
  expect(link).toBe(`<${ask}>; rel=preload; as=fetch; crossorigin=use-credentials`)
})

test.each([
  [{ base: '/u', key: 'pk' }, '/u/v1/p?key=pk'],
  [{ base: 'https://api.example', key: 'pk' }, 'https://api.example/v1/p?key=pk'],
  [{ base: '/u', key: 'pk', slots: ['home.hero', 'home.side'] }, '/u/v1/p?key=pk&slots=home.hero,home.side'],
  [{ base: '/u', key: 'pk', url: '/a?email=me@example.com#x' }, '/u/v1/p?key=pk&url=%2Fa'],
])('%j asks at %s', (input, ask) => {
  expect(getEarlyHints(input).ask).toBe(ask)
})

test('nothing in the page’s address or a slot’s name can end the header or begin another hint', () => {
  const evil = '/a>; rel=preconnect, <https://evil.example>\r\nset-cookie: a=1'
  const { link } = getEarlyHints({ base: '/u', key: evil, url: evil, slots: [evil] })
  expect(link).toMatch(/^<[^<>\s"]*>; rel=preload; as=fetch; crossorigin=use-credentials$/)
})

test.each(['u', '/u/', '/u>', '/u?a', '//evil.example', 'javascript:1', '/u\n'])('base %j is refused', (base) => {
  expect(() => getEarlyHints({ base, key: 'pk' })).toThrow('expected what the snippet has')
})

test('a missing key is refused', () => {
  expect(() => getEarlyHints({ base: '/u', key: '' })).toThrow('browser key')
})
