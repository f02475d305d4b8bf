import { expect, test } from 'vitest'
import { createLedger } from './createLedger.mjs'

test('what was acknowledged and is not there is lost; what is there twice is a duplicate', () => {
  const ledger = createLedger()
  ;[0, 1, 2, 2, 3_000_000].forEach(ledger.acknowledge)
  ;[0, 2, 2, 7, -1].forEach(ledger.find)
  expect(ledger.getState()).toEqual({ acknowledged: 4, stored: 3, lost: 2, duplicates: 1, unasked: 1, foreign: 1 })
  ledger.find(1)
  ledger.find(3_000_000)
  ledger.acknowledge(7)
  expect(ledger.getState()).toEqual({ acknowledged: 5, stored: 5, lost: 0, duplicates: 1, unasked: 0, foreign: 1 })
})
