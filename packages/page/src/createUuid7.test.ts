import { afterEach, expect, test, vi } from 'vitest'
import { createUuid7 } from './createUuid7.ts'

afterEach(() => void vi.restoreAllMocks())

const getTime = (id: string) => parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

test('has the form of a version 7 id, and the time in front', () => {
  const before = Date.now()
  const id = createUuid7()
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(getTime(id)).toBeGreaterThanOrEqual(before)
})

test('ids made one after the other sort in that order, however many a millisecond', () => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 1_000)
  const ids = Array.from({ length: 20_000 }, createUuid7)
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('go on rising when the clock steps back', () => {
  const now = Date.now() + 10_000
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now)
  const first = createUuid7()
  clock.mockReturnValue(now - 315_360_000_000)
  expect(createUuid7() > first).toBe(true)
})

test('are well formed under a clock that starts at the epoch', async () => {
  vi.resetModules()
  vi.spyOn(Date, 'now').mockReturnValue(5)
  const fresh = await import('./createUuid7.ts')
  expect(fresh.createUuid7()).toMatch(/^00000000-0005-7[0-9a-f]{3}-[89ab]/)
})

test('do not depend on Math.random or randomUUID', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  vi.spyOn(crypto, 'randomUUID').mockImplementation(() => {
    throw new Error('not on plain http')
  })
  const tails = Array.from({ length: 1_000 }, () => createUuid7().slice(19))
  expect(new Set(tails).size).toBe(1_000)
})
