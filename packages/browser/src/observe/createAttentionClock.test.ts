import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAttentionClock, IDLE_AFTER_MS, type Attention } from './createAttentionClock.ts'

const start = (startedAt: number, isVisible: boolean) => {
  const clock = createAttentionClock(startedAt, isVisible)
  const page: Attention = { _visibleMs: 0, _activeMs: 0 }
  clock._credited.add(page)
  return { ...clock, page }
}

/** What the runtime does: settles every 5 s. */
const wait = ({ _settle }: ReturnType<typeof start>, from: number, to: number) => {
  for (let at = from; at <= to; at += 5_000) _settle(at, true)
}

test('counts a visitor who moves as active, and one who only looks as visible', () => {
  const clock = start(0, true)
  for (let at = 0; at <= 10_000; at += 500) clock._input(at)
  wait(clock, 10_000, 30_000)
  expect(clock.page).toEqual({ _visibleMs: 30_000, _activeMs: 10_000 + IDLE_AFTER_MS })
})

test('counts nothing in the background', () => {
  const clock = start(0, true)
  clock._settle(2_000, false)
  clock._settle(40_000, true)
  clock._settle(41_000, true)
  expect(clock.page).toEqual({ _visibleMs: 3_000, _activeMs: 3_000 })
})

test('a tab that opens in the background has seen nothing', () => {
  const clock = start(0, false)
  clock._settle(30_000, true)
  expect(clock.page).toEqual({ _visibleMs: 0, _activeMs: 0 })
})

test('nothing of a night of sleep counts, and the morning does', () => {
  const clock = start(0, true)
  wait(clock, 5_000, 15_000)
  const morning = 8 * 3_600_000
  wait(clock, morning, morning + 10_000)
  expect(clock.page._visibleMs).toBe(25_000)
})

test('the time until a slow page has brought us counts', () => {
  const clock = start(0, true)
  clock._settle(20_000, true)
  expect(clock.page).toEqual({ _visibleMs: 20_000, _activeMs: IDLE_AFTER_MS })
})

test('a slot gets the time in which it is credited, and no other', () => {
  const clock = start(0, true)
  const slot: Attention = { _visibleMs: 0, _activeMs: 0 }
  clock._settle(1_000, true)
  clock._credited.add(slot)
  clock._settle(3_000, true)
  clock._credited.delete(slot)
  clock._settle(4_000, true)
  expect([clock.page._visibleMs, slot._visibleMs, slot._activeMs]).toEqual([4_000, 2_000, 2_000])
})

test('active time never exceeds visible time, both only grow, and neither exceeds the time that went by', () => {
  const step = fc.record({ ms: fc.integer({ min: -50, max: 50_000 }), isInput: fc.boolean(), isVisible: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const clock = start(0, true)
      let now = 0
      let latest = 0
      let last = { ...clock.page }
      for (const { ms, isInput, isVisible } of steps) {
        now += ms
        latest = Math.max(latest, now)
        if (isInput) clock._input(now)
        else clock._settle(now, isVisible)
        expect(clock.page._activeMs).toBeLessThanOrEqual(clock.page._visibleMs)
        expect(clock.page._visibleMs).toBeLessThanOrEqual(latest)
        expect(clock.page._visibleMs).toBeGreaterThanOrEqual(last._visibleMs)
        expect(clock.page._activeMs).toBeGreaterThanOrEqual(last._activeMs)
        last = { ...clock.page }
      }
    }),
  )
})

test('a clock that steps back takes nothing away and gives nothing twice', () => {
  const clock = start(1_000, true)
  clock._settle(500, true)
  clock._settle(1_500, true)
  clock._settle(1_200, true)
  clock._settle(1_600, true)
  expect(clock.page._visibleMs).toBe(600)
})
