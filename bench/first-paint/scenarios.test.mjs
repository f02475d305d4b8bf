import { expect, test } from 'vitest'
import { ALL_SCENARIOS, DEFAULT_SCENARIOS, parseScenario } from './scenarios.mjs'

test('parts may stand in any order', () => {
  expect(parseScenario('4x+300ms+rtt40')).toMatchObject({ profileMs: 300, cpu: 4, rttMs: 40, canFail: false })
})

test('where an answer comes, everyone waits as long for it; where none does, each has its own default', () => {
  expect(parseScenario('1000ms').deadlineMs).toBe(3000)
  expect(parseScenario('never')).toMatchObject({ canFail: true, deadlineMs: undefined, profileMs: Infinity })
})

test('a library that does not come is a scenario that may show nothing', () => {
  expect(parseScenario('100ms+library-hanging')).toMatchObject({ canFail: true, libraryFault: 'hanging' })
  expect(parseScenario('100ms+library-300')).toMatchObject({ canFail: false, libraryMs: 300 })
})

test('a part that means nothing is named', () => {
  expect(() => parseScenario('100ms+fast')).toThrow('"fast" means nothing')
})

test('every scenario on offer can be read', () => {
  for (const id of [...ALL_SCENARIOS, ...DEFAULT_SCENARIOS]) expect(parseScenario(id).id).toBe(id)
})
