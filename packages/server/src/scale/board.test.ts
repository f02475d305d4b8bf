import { expect, test } from 'vitest'
import { createBoard, getQuota, takeLeave, takeTurn, type Board } from './board.ts'

const take = (board: Board, me: string, alive: readonly string[], progress = new Map<number, number>()) =>
  takeTurn({ board, me, alive: new Set(alive), progress })
const countHeld = ({ partitions }: Board) => {
  const counts: Record<string, number> = {}
  for (const { owner } of partitions) counts[owner] = (counts[owner] ?? 0) + 1
  return counts
}
/** Everybody has a turn, some times. */
const settle = (board: Board, workers: readonly string[], rounds = 3) => {
  let now = board
  for (let round = 0; round < rounds; round++) for (const me of workers) now = take(now, me, workers)
  return now
}

test('the first worker takes everything', () => {
  expect(countHeld(take(createBoard(8), 'a', []))).toEqual({ a: 8 })
})

test.each([
  [8, 2, [4, 4]],
  [8, 3, [3, 3, 2]],
  [4, 3, [2, 1, 1]],
  [2, 3, [1, 1]],
  [16, 1, [16]],
])('%i partitions are spread evenly over %i workers', (partitions, count, shares) => {
  const workers = Array.from({ length: count }, (_, index) => `w${index}`)
  const board = settle(take(createBoard(partitions), 'w0', []), workers)
  expect(Object.values(countHeld(board)).sort((a, b) => b - a)).toEqual(shares)
  expect(Object.keys(countHeld(board))).not.toContain('')
})

test('a worker that is gone leaves its partitions to the others, from where it told to be', () => {
  const both = settle(createBoard(4), ['a', 'b'])
  const mine = both.partitions.findIndex(({ owner }) => owner === 'a')
  const told = take(both, 'a', ['a', 'b'], new Map([[mine, 77]]))
  const alone = take(told, 'b', ['b'])
  expect(countHeld(alone)).toEqual({ b: 4 })
  expect(alone.partitions[mine]).toEqual({ owner: 'b', seq: 77 })
  expect(alone.workers).not.toHaveProperty('a')
})

test('how far a partition is folded never goes back', () => {
  const board = take(take(createBoard(1), 'a', [], new Map()), 'a', [], new Map([[0, 50]]))
  expect(take(board, 'a', [], new Map([[0, 20]])).partitions).toEqual([{ owner: 'a', seq: 50 }])
  expect(take(board, 'b', ['a'], new Map([[0, 99]])).partitions).toEqual([{ owner: 'a', seq: 50 }])
})

test('who leaves gives all back with the last progress', () => {
  const left = takeLeave({
    board: settle(createBoard(2), ['a']),
    me: 'a',
    alive: new Set(['a']),
    progress: new Map([[1, 9]]),
  })
  expect(left.partitions).toEqual([
    { owner: '', seq: 0 },
    { owner: '', seq: 9 },
  ])
  expect(left.workers).toEqual({})
})

test('a turn shows that the worker lives', () => {
  const first = take(createBoard(1), 'a', [])
  expect(take(first, 'a', ['a']).workers['a']).toBe(first.workers['a']! + 1)
})

test('shares add up to all partitions, whatever their number', () => {
  for (let partitions = 1; partitions <= 40; partitions++) {
    for (let count = 1; count <= 12; count++) {
      const workers = Array.from({ length: count }, (_, index) => `w${index}`)
      const sum = workers.reduce((total, me) => total + getQuota(workers, me, partitions), 0)
      expect(sum).toBe(partitions)
    }
  }
})
