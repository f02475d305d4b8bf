import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAttentionClock, IDLE_AFTER_MS } from './createAttentionClock.ts'

test('counts a visitor who moves as active, and one who only looks as visible', () => {
  const clock = createAttentionClock(0, true)
  for (let at = 0; at <= 10_000; at += 500) clock._input(at)
  clock._settle(30_000, true)
  expect(clock._get()).toEqual({ visibleMs: 30_000, activeMs: 10_000 + IDLE_AFTER_MS })
})

test('counts nothing in the background', () => {
  const clock = createAttentionClock(0, true)
  clock._settle(2_000, false)
  clock._settle(40_000, true)
  clock._settle(41_000, true)
  expect(clock._get()).toEqual({ visibleMs: 3_000, activeMs: 2_000 })
})

test('a tab that opens in the background has seen nothing', () => {
  const clock = createAttentionClock(0, false)
  clock._settle(30_000, true)
  expect(clock._get()).toEqual({ visibleMs: 0, activeMs: 0 })
})

test('a night of sleep counts no more than the idle limit', () => {
  const clock = createAttentionClock(0, true)
  clock._settle(15_000, true)
  clock._settle(8 * 3_600_000, true)
  expect(clock._get().visibleMs).toBe(15_000 + IDLE_AFTER_MS)
})

test('active time never exceeds visible time, both only grow, and neither exceeds the time that went by', () => {
  const step = fc.record({ ms: fc.integer({ min: 0, max: 50_000 }), isInput: fc.boolean(), isVisible: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const clock = createAttentionClock(0, true)
      let now = 0
      let last = clock._get()
      for (const { ms, isInput, isVisible } of steps) {
        now += ms
        if (isInput) clock._input(now)
        else clock._settle(now, isVisible)
        const times = clock._get()
        expect(times.activeMs).toBeLessThanOrEqual(times.visibleMs)
        expect(times.visibleMs).toBeLessThanOrEqual(now)
        expect(times.visibleMs).toBeGreaterThanOrEqual(last.visibleMs)
        expect(times.activeMs).toBeGreaterThanOrEqual(last.activeMs)
        last = times
      }
    }),
  )
})

test('a clock that steps back takes nothing away', () => {
  const clock = createAttentionClock(1_000, true)
  clock._settle(500, true)
  clock._settle(1_500, true)
  expect(clock._get().visibleMs).toBe(1_000)
})
