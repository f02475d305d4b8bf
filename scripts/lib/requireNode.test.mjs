import { expect, test } from 'vitest'
import { isNodeAtLeast } from './requireNode.mjs'

test.each([
  ['v20.12.0', true],
  ['v20.11.1', false],
  ['v18.20.0', false],
  ['v22.1.0', true],
  ['v100.0.0', true],
])('%s reaches 20.12: %s', (version, expected) => {
  expect(isNodeAtLeast('20.12', version)).toBe(expected)
})
