import { expect, test } from 'vitest'
import { isOnPath } from './isOnPath.ts'

test.each([
  ['/loans', '/loans', true],
  ['/loans', '/loans/', true],
  ['/loans/', '/loans', true],
  ['/loans', '/loans/home', false],
  ['/loans/*', '/loans/home', true],
  ['/loans/*', '/loans', true],
  ['/loans/*', '/loans-and-more', false],
  ['/loan*', '/loans', true],
  ['/', '/', true],
  ['/*', '/anything', true],
])('%s and %s: %s', (pattern, path, isOn) => {
  expect(isOnPath(pattern, path)).toBe(isOn)
})
