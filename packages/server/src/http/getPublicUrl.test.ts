import { expect, test } from 'vitest'
import { getPublicUrl } from './getPublicUrl.ts'

const HERE = 'http://127.0.0.1:4700/v1/p?key=k'

const get = (headers: Record<string, string>, trustProxy: boolean) =>
  getPublicUrl(HERE, (name) => headers[name], trustProxy).href

test.each([
  [{}, HERE],
  [{ 'x-forwarded-host': 'shop.example' }, 'http://shop.example/v1/p?key=k'],
  [{ 'x-forwarded-proto': 'https' }, 'https://127.0.0.1:4700/v1/p?key=k'],
  [{ 'x-forwarded-host': 'shop.example:8443', 'x-forwarded-proto': 'HTTPS' }, 'https://shop.example:8443/v1/p?key=k'],
  [
    { 'x-forwarded-host': 'shop.example, cdn.example', 'x-forwarded-proto': 'https,http' },
    'https://shop.example/v1/p?key=k',
  ],
  [{ 'x-forwarded-host': '[::1]:8080' }, 'http://[::1]:8080/v1/p?key=k'],
  [{ 'x-forwarded-host': 'shop.example/evil', 'x-forwarded-proto': 'ftp' }, HERE],
  [{ 'x-forwarded-host': 'user@shop.example' }, HERE],
  [{ 'x-forwarded-host': 'shop.example:99999' }, HERE],
  [{ 'x-forwarded-host': '' }, HERE],
])('%j of a trusted proxy makes %s', (headers, url) => {
  expect(get(headers, true)).toBe(url)
})

test('what nobody vouches for changes nothing', () => {
  expect(get({ 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' }, false)).toBe(HERE)
})
