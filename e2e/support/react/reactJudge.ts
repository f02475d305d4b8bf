import type { Outcome } from '@unblink/protocol'
import { expectTruth, expectUnharmed } from '../faultJudge.ts'
import { BASELINE_TEXT, VARIANT_TEXT } from '../faultPage.ts'
import type { ReactOptions } from './reactHost.ts'
import { expect, test } from './reactTest.ts'
import type { SeenReact } from './showReact.ts'

/** `UNBLINK_LONG=1 npm run e2e -- react` takes minutes: every row, 200 routes, five seconds of strife, 30 flicker runs at each speed. */
export const isLong = !!process.env['UNBLINK_LONG']

/** Of a list of rows, those at the front are for every run. */
export const rows = <T>(all: readonly T[], always: number): readonly T[] => (isLong ? all : all.slice(0, always))

export const SLOT: ReactOptions = { hero: 'slot' }

/** The slot is whole, in pixels and in the document; what is stored says so; React has nothing to complain of. */
export function expectClean(seen: SeenReact, shows: 'variant' | 'baseline', outcome: Outcome): void {
  expectUnharmed(seen, shows)
  if (seen.events.length > 0) expectTruth(seen, outcome)
  expect.soft(seen.facts.text).toBe(shows === 'variant' ? VARIANT_TEXT : BASELINE_TEXT)
  expect.soft(seen.states, 'what the slot held').toMatch(/^(none→)?(default|variant|default→variant)$/)
  expect.soft(seen.hostErrors, 'what React tells its callbacks').toEqual([])
  expect.soft(seen.facts.warnings, 'what it writes to the console').toEqual([])
}

/** What React complains of is the same in every engine. */
export const inOneEngine = (browserName: string) => test.skip(browserName !== 'chromium', 'the same in every engine')
