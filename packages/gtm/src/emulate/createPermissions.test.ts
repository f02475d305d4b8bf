import { expect, test } from 'vitest'
import { createPermissions } from './createPermissions.ts'

const permissions = createPermissions([
  { id: 'inject_script', params: { urls: ['https://*/*/unblink.js', 'https://*.example.com/sdk/*'] } },
  {
    id: 'access_globals',
    params: {
      keys: [
        { key: 'unblink.key', read: true, write: false, execute: false },
        { key: 'window.x', read: true },
      ],
    },
  },
  { id: 'access_consent', params: { consentTypes: [{ consentType: 'analytics_storage', read: true, write: false }] } },
  { id: 'get_url', params: { urlParts: 'specific', host: true } },
  { id: 'read_data_layer', params: { keyPatterns: ['ecommerce.*'] } },
])

test.each([
  ['https://shop.example/u/unblink.js', true],
  ['https://shop.example:8443/u/v/unblink.js?x=1', true],
  ['https://cdn.example.com/sdk/any.js', true],
  ['http://shop.example/u/unblink.js', false],
  ['https://shop.example/u/other.js', false],
  ['https://shop.example/u/unblink.js/more', false],
  ['https://example.com.evil.test/sdk/any.js', false],
  ['/u/unblink.js', false],
  [undefined, false],
])('a script of %s: %s', (address, isAllowed) => {
  expect(permissions.has('inject_script', address)).toBe(isAllowed)
})

test.each([
  [['access_globals', 'read', 'unblink.key'], true],
  [['access_globals', 'write', 'unblink.key'], false],
  [['access_globals', 'readwrite', 'unblink.key'], false],
  [['access_globals', 'read', 'unblink'], false],
  [['access_globals', 'read', 'window.x'], false],
  [['access_consent', 'analytics_storage', 'read'], true],
  [['access_consent', 'analytics_storage', 'write'], false],
  [['access_consent', 'ad_storage', 'read'], false],
  [['get_url', 'host'], true],
  [['get_url', 'query'], false],
  [['get_url', 'any'], false],
  [['read_data_layer', 'ecommerce.items'], true],
  [['read_data_layer', 'user.id'], false],
  [['logging'], false],
] as [[string, ...string[]], boolean][])('%j: %s', ([id, ...values], isAllowed) => {
  expect(permissions.has(id, ...values)).toBe(isAllowed)
  if (isAllowed) permissions.require(id, ...values)
  else expect(() => permissions.require(id, ...values)).toThrow(`has not declared ${id}(`)
})
