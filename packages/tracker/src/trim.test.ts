import fc from 'fast-check'
import { expect, test } from 'vitest'
import { getPriority } from './getPriority.ts'
import type { Kept, Row } from './row.ts'
import { getCharge, MAX_SIZE, trim } from './trim.ts'

const NOW = Date.UTC(2030, 0, 8)
const DAY_MS = 24 * 3_600_000
const row = (i: string, { j = '{}', r = 0, a = NOW }: Partial<Kept> = {}): Kept => ({ i, j, a, s: 's', r, x: 0 })
const ids = (rows: readonly Row[]) => rows.map(({ i }) => i)

test('keeps what fits, the worthiest and newest first', () => {
  const rows = [
    row('1', { r: getPriority('pointer') }),
    row('2', { r: getPriority('conversion') }),
    row('3', { r: getPriority('pointer') }),
  ]
  const [kept, size, lost] = trim(rows, NOW)
  expect(ids(kept)).toEqual(['2', '3', '1'])
  expect(size).toBe(3 * 420)
  expect(lost).toEqual([])
})

test('lets the least important go first, and of those the oldest', () => {
  const big = 'x'.repeat(MAX_SIZE / 4)
  const rows = [
    row('1', { j: big, r: getPriority('conversion') }),
    row('2', { j: big, r: getPriority('scroll') }),
    row('3', { j: big, r: getPriority('pointer') }),
    row('4', { j: big, r: getPriority('page_view') }),
    row('5', { j: big, r: getPriority('scroll') }),
  ]
  const [kept, , lost] = trim(rows, NOW)
  expect(ids(kept)).toEqual(['1', '4', '5'])
  expect(ids(lost)).toEqual(['2', '3'])
})

test('lets go what is older than a week, even a conversion', () => {
  const rows = [row('1', { a: NOW - 7 * DAY_MS, r: getPriority('conversion') }), row('2', { a: NOW - 6 * DAY_MS })]
  const [kept, , lost] = trim(rows, NOW)
  expect(ids(kept)).toEqual(['2'])
  expect(ids(lost)).toEqual(['1'])
})

test('keeps what a clock that was ahead has dated into the future', () => {
  expect(ids(trim([row('1', { a: NOW + 2 * DAY_MS })], NOW)[0])).toEqual(['1'])
})

test('holds no more than 5 000 events, however small', () => {
  const rows = Array.from({ length: 6_000 }, (_, index) => row(String(index).padStart(5, '0')))
  const [kept, , lost] = trim(rows, NOW)
  expect(kept.length).toBeLessThanOrEqual(5_000)
  expect(kept.length + lost.length).toBe(6_000)
})

test('sums up earlier losses by reason, and takes their records with the sum', () => {
  const rows: Row[] = [
    { i: '1', w: 'size', c: 1 },
    row('2'),
    { i: '3', w: 'evicted', c: 150 },
    { i: '4', w: 'size', c: 2 },
  ]
  const [kept, , , counted, drops] = trim(rows, NOW)
  expect(ids(kept)).toEqual(['2'])
  expect(ids(counted)).toEqual(['1', '3', '4'])
  expect(drops).toEqual({ size: 3, evicted: 150 })
})

test('puts records that nobody can read among those to be deleted', () => {
  const rows = [{ i: '1' }, { i: '2', j: 7 }, { i: '3', j: null }] as unknown as Row[]
  const [kept, , lost, counted] = trim(rows, NOW)
  expect(kept).toEqual([])
  expect([...ids(lost), ...ids(counted)].sort()).toEqual(['1', '2', '3'])
})

test('loses an event only when it does not fit beside the worthier and newer ones', () => {
  const event = fc.record({ j: fc.integer({ min: 2, max: 400_000 }).map((length) => ' '.repeat(length)), r: fc.nat(9) })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const rows = events.map(({ j, r }, index) => row(String(index).padStart(3, '0'), { j, r }))
      const [kept, size, lost] = trim(rows, NOW)
      const sum = (some: readonly Kept[]) => some.reduce((total, { j }) => total + getCharge(j), 0)
      expect([...ids(kept), ...ids(lost)].sort()).toEqual(ids(rows))
      expect(size).toBe(sum(kept))
      expect(size).toBeLessThanOrEqual(MAX_SIZE)
      for (const gone of lost) {
        const better = kept.filter(({ r, i }) => r > gone.r || (r === gone.r && i > gone.i))
        expect(sum(better) + getCharge(gone.j)).toBeGreaterThan(MAX_SIZE * 0.95)
      }
    }),
    { numRuns: 50 },
  )
})
