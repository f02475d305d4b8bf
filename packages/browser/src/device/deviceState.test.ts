import { expect, test } from 'vitest'
import { countMeeting, rollOn, type DeviceState } from './deviceState.ts'

const MINUTE = 60_000
/** The noon of a Thursday, wherever the test runs. */
const NOON = new Date(2026, 9, 22, 12).getTime()

const begin = (over: Partial<DeviceState> = {}): DeviceState => ({ ...rollOn({}, NOON), ...over })

test('the first sign of a visitor begins visit 1, without a view yet', () => {
  expect(rollOn({}, NOON)).toEqual({ at: NOON, visit: 1, view: 0, categories: {}, counts: {}, assignments: {} })
})

test('29 minutes later it is the same visit, 30 minutes later the next one', () => {
  const state = begin({ view: 3, categories: { loans: 2 } })
  expect(rollOn(state, NOON + 30 * MINUTE - 1)).toMatchObject({ visit: 1, view: 3, categories: { loans: 2 } })
  expect(rollOn(state, NOON + 30 * MINUTE)).toMatchObject({ visit: 2, view: 0, categories: {} })
})

test('each sign of the visitor puts the end of the visit off', () => {
  let state = begin()
  for (let minutes = 20; minutes <= 120; minutes += 20) state = rollOn(state, NOON + minutes * MINUTE)
  expect(state.visit).toBe(1)
})

test('a new visit forgets what was met in the last one, and nothing else', () => {
  const met = countMeeting(begin(), 'offer', 'impressions')
  const { offer } = rollOn(met, NOON + 40 * MINUTE).counts
  expect(offer).toEqual({ day: { impressions: 1 }, ever: { impressions: 1 }, lastAt: NOON })
})

test('midnight where the visitor is begins a new day in the middle of a visit', () => {
  const beforeMidnight = new Date(2026, 9, 22, 23, 59).getTime()
  const met = countMeeting(begin({ at: beforeMidnight }), 'offer', 'dismissals')
  const { offer } = rollOn(met, beforeMidnight + 2 * MINUTE).counts
  expect(offer).toEqual({ session: { dismissals: 1 }, ever: { dismissals: 1 }, lastAt: beforeMidnight })
})

test('the days on which clocks are changed are days, too', () => {
  // 25 October 2026 has 25 hours in Europe and 29 March 23; elsewhere the test says the same of a common day.
  for (const [month, day] of [
    [9, 25],
    [2, 29],
  ] as const) {
    const early = new Date(2026, month, day, 0, 5).getTime()
    const met = countMeeting(begin({ at: early }), 'offer', 'impressions')
    expect(rollOn(met, new Date(2026, month, day, 23, 55).getTime()).counts['offer']!.day).toEqual({ impressions: 1 })
    expect(rollOn(met, new Date(2026, month, day + 1, 0, 1).getTime()).counts['offer']!.day).toBeUndefined()
  }
})

test('a clock that is set back ends neither visit nor day', () => {
  const met = countMeeting(begin({ view: 2 }), 'offer', 'impressions')
  const state = rollOn(met, NOON - 26 * 60 * MINUTE)
  expect(state).toMatchObject({ visit: 1, view: 2 })
  expect(state.counts['offer']).toMatchObject({ session: { impressions: 1 }, day: { impressions: 1 } })
})

test('the cart and the assignments outlast visits', () => {
  const state = begin({ cartAt: NOON, assignments: { price: 'b' } })
  expect(rollOn(state, NOON + 3 * 24 * 60 * MINUTE)).toMatchObject({ cartAt: NOON, assignments: { price: 'b' } })
})

test('what was ignored does not begin a cool-down, and can be taken back', () => {
  const ignored = countMeeting(begin(), 'offer', 'ignored')
  expect(ignored.counts['offer']).toEqual({ session: { ignored: 1 }, day: { ignored: 1 }, ever: { ignored: 1 } })
  const again = countMeeting(countMeeting(ignored, 'offer', 'ignored', -1), 'offer', 'ignored', -1)
  expect(again.counts['offer']!.ever).toEqual({ ignored: 0 })
})

test('of a state that an older version left, what is missing begins empty', () => {
  expect(rollOn({ at: NOON, visit: 4 }, NOON + MINUTE)).toEqual({
    at: NOON + MINUTE,
    visit: 4,
    view: 0,
    categories: {},
    counts: {},
    assignments: {},
  })
})
