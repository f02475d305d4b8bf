import { expect, test } from 'vitest'
import { createBreaker } from './createBreaker.ts'

const failing = () => {
  const clock = { ms: 0 }
  const breaker = createBreaker(() => clock.ms)
  for (let n = 0; n < 5; n++) {
    expect(breaker.mayTry()).toBe(true)
    breaker.fail()
  }
  return { clock, breaker }
}

test('after five failures in a row nobody asks for a second, then one does', () => {
  const { clock, breaker } = failing()
  expect(breaker.isOpen).toBe(true)
  expect(breaker.mayTry()).toBe(false)
  clock.ms = 1_000
  expect([breaker.mayTry(), breaker.mayTry()]).toEqual([true, false])
})

test('the pause doubles each time that the one who tries fails, up to a minute', () => {
  const { clock, breaker } = failing()
  const pauses: number[] = []
  for (let n = 0; n < 8; n++) {
    const from = clock.ms
    while (!breaker.mayTry()) clock.ms += 500
    pauses.push(clock.ms - from)
    breaker.fail()
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
})

test('one success closes it; those that were on their way when it opened say nothing new', () => {
  const { clock, breaker } = failing()
  breaker.fail()
  clock.ms = 1_000
  expect(breaker.mayTry()).toBe(true)
  breaker.succeed()
  expect(breaker.isOpen).toBe(false)
  breaker.fail()
  expect(breaker.mayTry()).toBe(true)
})
