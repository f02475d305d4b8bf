import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTurns, Halt, type TurnCause } from './createTurns.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const EVERY_MS = 5_000

/** Three contents that are in view; `misfits` do not fit. */
function start({ index = 0, misfits = [] as readonly number[] } = {}) {
  const shown: [index: number, cause: TurnCause, shownMs: number][] = []
  const halted: number[] = []
  const turns = createTurns(
    index,
    3,
    EVERY_MS,
    (next, cause, shownMs) => {
      if (misfits.includes(next)) return false
      shown.push([next, cause, shownMs])
      return true
    },
    () => halted.push(turns.halts.size),
  )
  turns.halt(Halt.away, false)
  return { turns, shown, halted, getIndices: () => shown.map(([at]) => at) }
}

test('goes round in order, each content for its whole time', () => {
  const { shown } = start()
  vi.advanceTimersByTime(4 * EVERY_MS - 1)
  expect(shown).toEqual([
    [1, 'auto', EVERY_MS],
    [2, 'auto', EVERY_MS],
    [0, 'auto', EVERY_MS],
  ])
})

test('begins away, and with the content that is shown', () => {
  const { turns, getIndices } = start({ index: 2 })
  turns.halt(Halt.away, true)
  vi.advanceTimersByTime(9 * EVERY_MS)
  expect(getIndices()).toEqual([])
  turns.halt(Halt.away, false)
  vi.advanceTimersByTime(EVERY_MS)
  expect(getIndices()).toEqual([0])
})

test.each(Object.entries(Halt))('halts while %s, and then gives the content its whole time again', (_name, reason) => {
  const { turns, getIndices } = start()
  vi.advanceTimersByTime(EVERY_MS - 1)
  turns.halt(reason, true)
  vi.advanceTimersByTime(3 * EVERY_MS)
  turns.halt(reason, false)
  vi.advanceTimersByTime(EVERY_MS - 1)
  expect(getIndices()).toEqual([])
  vi.advanceTimersByTime(1)
  expect(getIndices()).toEqual([1])
})

test('goes on only when nothing halts it any more, and tells of each change', () => {
  const { turns, halted, getIndices } = start()
  turns.halt(Halt.over, true)
  turns.halt(Halt.paused, true)
  turns.halt(Halt.over, false)
  vi.advanceTimersByTime(2 * EVERY_MS)
  expect(getIndices()).toEqual([])
  turns.halt(Halt.paused, false)
  vi.advanceTimersByTime(EVERY_MS)
  expect(getIndices()).toEqual([1])
  expect(halted).toEqual([0, 1, 2, 1, 0])
})

test('by hand it goes on whatever halts it, and not by itself after that', () => {
  const { turns, shown } = start()
  turns.halt(Halt.still, true)
  vi.advanceTimersByTime(2_000)
  turns.turn('hand')
  vi.advanceTimersByTime(2 * EVERY_MS)
  expect(shown).toEqual([[1, 'hand', 2_000]])
})

test('passes over what does not fit', () => {
  const { getIndices } = start({ misfits: [1] })
  vi.advanceTimersByTime(3 * EVERY_MS)
  expect(getIndices()).toEqual([2, 0, 2])
})

test('when nothing else fits it stays, and tries again', () => {
  const misfits = [1, 2]
  const { shown } = start({ misfits })
  vi.advanceTimersByTime(2 * EVERY_MS)
  expect(shown).toEqual([])
  misfits.pop()
  vi.advanceTimersByTime(EVERY_MS)
  expect(shown).toEqual([[2, 'auto', 3 * EVERY_MS]])
})

test('counts as shown only what could be seen: under the pointer yes, out of view or in a hidden tab no', () => {
  const { turns, shown } = start()
  for (const reason of [Halt.over, Halt.away, Halt.hidden]) {
    vi.advanceTimersByTime(1_000)
    turns.halt(reason, true)
    vi.advanceTimersByTime(10_000)
    turns.halt(reason, false)
  }
  vi.advanceTimersByTime(EVERY_MS)
  expect(shown).toEqual([[1, 'auto', 3_000 + 10_000 + EVERY_MS]])
})
