import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createWait } from './createWait.ts'

let isOver = 0
let dueAt = 0
const wait = (atMs: number) => {
  isOver = 0
  dueAt = atMs
  const created = createWait(
    () => dueAt - Date.now(),
    () => isOver++,
  )
  created.check()
  return created
}

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

test('ends once, when its moment has come', () => {
  const { check } = wait(1_000)
  vi.advanceTimersByTime(999)
  expect(isOver).toBe(0)
  vi.advanceTimersByTime(1)
  check()
  vi.advanceTimersByTime(10_000)
  expect(isOver).toBe(1)
})

test('what puts the moment off meanwhile needs to tell nobody', () => {
  wait(1_000)
  vi.advanceTimersByTime(600)
  dueAt = 1_600
  vi.advanceTimersByTime(999)
  expect(isOver).toBe(0)
  vi.advanceTimersByTime(1)
  expect(isOver).toBe(1)
})

test('waits for ever without a moment, until it is told to look again', () => {
  const { check } = wait(Infinity)
  expect(vi.getTimerCount()).toBe(0)
  dueAt = 500
  check()
  vi.advanceTimersByTime(500)
  expect(isOver).toBe(1)
})

test('a moment further off than a timer can hold does not come at once', () => {
  wait(2 ** 31 + 5_000)
  vi.advanceTimersByTime(2 ** 31)
  expect(isOver).toBe(0)
  vi.advanceTimersByTime(5_000)
  expect(isOver).toBe(1)
})

test('stopped, it never ends', () => {
  const { stop } = wait(1_000)
  stop()
  vi.advanceTimersByTime(5_000)
  expect(isOver).toBe(0)
})
