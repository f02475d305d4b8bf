import { expect, test } from 'vitest'
import { countChecks, countPlaywright, countVitest, formatTotal, sumCounts } from './countTests.mjs'

test('a test file that could not be loaded counts as a failure', () => {
  const report = {
    numPassedTests: 3,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 0,
    testResults: [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{}] },
      { status: 'passed', assertionResults: [{}, {}, {}] },
    ],
  }
  expect(countVitest(report)).toEqual({ passed: 3, failed: 2, skipped: 2 })
})

test('a Playwright test that passed only at a second try counts as failed', () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 2 }
  expect(countPlaywright({ stats, errors: [{ message: 'no such spec' }] })).toEqual({
    passed: 5,
    failed: 3,
    skipped: 2,
  })
})

test('each check is one test', () => {
  expect(countChecks({ checks: [{ ok: true }, { ok: false }, { ok: true }] })).toEqual({
    passed: 2,
    failed: 1,
    skipped: 0,
  })
})

test('the total is one plain line, and mentions skipped tests only when there are some', () => {
  const total = sumCounts([
    { passed: 2, failed: 0, skipped: 0 },
    { passed: 3, failed: 1, skipped: 0 },
  ])
  expect(formatTotal(total)).toBe('5 passed, 1 failed')
  expect(formatTotal({ ...total, skipped: 4 })).toBe('5 passed, 1 failed, 4 skipped')
})
