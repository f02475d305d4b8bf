import { expect, test } from 'vitest'
import { summarise } from './summarise.mjs'

const toRound = (timing, trace) => ({ timing, trace, errors: [] })

test('a flicker is a baseline seen before the variant, not after or instead of it', () => {
  const rounds = [
    toRound({ baseline: 100, variant: 150, visible: 100, headline: 90 }),
    toRound({ variant: 150, visible: 150, headline: 90 }),
    toRound({ baseline: 100, visible: 100, headline: 90 }),
  ]
  expect(summarise({ rounds })).toMatchObject({ runs: 3, flickers: 1, flickerMs: 50, withVariant: 2, neverVisible: 0 })
})

test('a run that failed is counted and does not hide the others', () => {
  const rounds = [toRound({ variant: 200, visible: 200, headline: 150 }), { errors: ['the page did not answer'] }]
  const optimumRounds = [toRound({ variant: 100 }), toRound({ variant: 100 })]
  const summary = summarise({ rounds, optimumRounds })
  expect(summary).toMatchObject({ runs: 1, failed: 1, variantMs: 200, slotHiddenMs: 50 })
  expect(summary.toOptimum.ratio).toBe(2)
})

test('script time is what a contender adds to the empty page', () => {
  const rounds = [toRound({}, { scriptMs: 12, hasFlickered: true, requests: 2, bytes: 2048 })]
  const emptyRounds = [toRound({}, { scriptMs: 2 })]
  expect(summarise({ rounds, emptyRounds })).toMatchObject({ scriptMs: 10, screenshotFlickers: 1, traced: 1 })
  expect(summarise({ rounds }).scriptMs).toBeUndefined()
})
