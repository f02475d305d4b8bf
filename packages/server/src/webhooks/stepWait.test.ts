import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeWaits, stepWait, type Step, type Wait } from './stepWait.ts'

const RULES = { withinMs: 24, restart: false }
const view = (at: number): Step => ({ at, isAfter: true, isUnless: false })
const buy = (at: number): Step => ({ at, isAfter: false, isUnless: true })
const run = (steps: readonly Step[], rules = RULES) =>
  steps.reduce<Wait | undefined>((wait, step) => stepWait(wait, step, rules), undefined)!

test.each([
  ['runs from the first', [view(1), view(5)], { since: 1, quiet: -1 }],
  ['is made void in time', [view(1), buy(25)], { since: undefined, quiet: 25 }],
  ['is not made void too late', [view(1), buy(26)], { since: 1, quiet: 26 }],
  ['begins anew afterwards', [view(1), buy(5), view(6)], { since: 6, quiet: 5 }],
  ['does not begin with what came before', [buy(5), view(4)], { since: undefined, quiet: 5 }],
  ['is not made void by what came before', [view(4), buy(3)], { since: 4, quiet: 3 }],
])('the time %s', (_name, steps, wait) => {
  expect(run(steps)).toEqual(wait)
})

test('the time starts anew where that is asked for', () => {
  expect(run([view(1), view(5), view(3)], { ...RULES, restart: true })).toEqual({ since: 5, quiet: -1 })
})

test('what both starts and voids moves the time on, and late repeats do not move it back', () => {
  const seen = (at: number): Step => ({ at, isAfter: true, isUnless: true })
  expect(run([seen(1), seen(9), seen(4)])).toEqual({ since: 9, quiet: 9 })
})

const steps = fc.uniqueArray(fc.record({ at: fc.integer({ min: 1, max: 20 }), isBuy: fc.boolean() }), {
  selector: ({ at }) => at,
  maxLength: 8,
})

test('the time that runs is that of the first view, or of the latest, that no purchase follows', () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (facts, restart) => {
      const made = [...facts].sort((a, b) => a.at - b.at).map(({ at, isBuy }) => (isBuy ? buy(at) : view(at)))
      const bought = Math.max(...made.map(({ at, isUnless }) => (isUnless ? at : -1)))
      const open = [0, ...made.flatMap(({ at, isAfter }) => (isAfter ? [at] : []))].filter((at) => at > bought)
      const since = open.length === 0 ? undefined : restart ? Math.max(...open) : Math.min(...open)
      expect(run([view(0), ...made], { ...RULES, restart }).since).toBe(since)
    }),
  )
})

test('a purchase after all views leaves no time that runs, whatever order events arrive in', () => {
  fc.assert(
    fc.property(steps, fc.nat(), fc.boolean(), (facts, place, restart) => {
      const made = facts.map(({ at }) => view(at))
      made.splice(place % (made.length + 1), 0, buy(21))
      expect(run(made, { ...RULES, restart }).since).toBeUndefined()
    }),
  )
})

test('of two waits that are one person’s, a purchase of one voids the view of the other', () => {
  expect(mergeWaits({ since: 3, quiet: -1 }, { since: undefined, quiet: 5 }, RULES)).toEqual({
    since: undefined,
    quiet: 5,
  })
  expect(mergeWaits({ since: 7, quiet: -1 }, { since: 9, quiet: 5 }, RULES)).toEqual({ since: 7, quiet: 5 })
})
