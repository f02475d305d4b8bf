import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_WAIT_MS, NEVER_MS, retry, type Answer } from './retry.ts'

const NOW = Date.UTC(2030, 0, 1)
const REPLY = { v: 1, ok: 1, dup: 0, rej: [], next: 0 } as const
const HOUR_MS = 3_600_000
const ask = (answer: Answer, { size = 8, failures = 0, chance = 0.5 } = {}) =>
  retry(answer, size, failures, chance, NOW)

test.each([200, 202, 299])('%i with an acknowledgement is delivered', (status) => {
  expect(ask([status, REPLY])).toEqual([REPLY])
})

test.each([
  ['no body', undefined],
  ['null', null],
  ['an empty object', {}],
  ['another version', { ...REPLY, v: 2 }],
  ['no counts', { v: 1, rej: [], next: 0 }],
  ['a captive portal', 'Welcome'],
  ['an array', []],
  ['rejections that are no list', { ...REPLY, rej: 3 }],
])('200 with %s keeps the events', (_what, body) => {
  expect(ask([200, body as never])).toMatchObject([undefined, 500, 4, false])
})

test.each([
  ['no answer', 0],
  ['a redirect', 302],
  ['not found', 404],
  ['timeout', 408],
  ['too early', 425],
  ['broken', 500],
  ['unavailable', 503],
])('%s keeps the events, halves the batch and backs off', (_what, status) => {
  expect(ask([status])).toEqual([undefined, 500, 4, false])
})

test('an acknowledgement under an error is none', () => {
  expect(ask([500, REPLY])).toEqual([undefined, 500, 4, false])
})

test('a busy collector gets the same batch later, not smaller ones', () => {
  expect(ask([429])).toEqual([undefined, 500, 8, false])
})

test.each([401, 403])('%i ends the sending for this page and keeps everything', (status) => {
  expect(ask([status])).toEqual([undefined, NEVER_MS, 8, false])
})

test.each([400, 413, 415, 422])('%i halves the batch at once, down to one event, which is given up', (status) => {
  expect(ask([status])).toEqual([undefined, 0, 4, true])
  expect(ask([status], { size: 3 })).toEqual([undefined, 0, 1, true])
  expect(ask([status], { size: 1 })).toEqual([undefined, 500, 0, true])
})

test('one event alone that fails is told apart from a batch that can be halved', () => {
  expect(ask([500], { size: 1 })).toEqual([undefined, 500, 0, false])
  expect(ask([500], { size: 2 })).toEqual([undefined, 500, 1, false])
})

test.each([
  [0, 1_000],
  [1, 2_000],
  [5, 32_000],
  [9, 300_000],
  [1_000, 300_000],
])('after %i failures waits anything up to %i ms', (failures, most) => {
  expect(ask([500], { failures, chance: 0 })[1]).toBe(1)
  expect(ask([500], { failures, chance: 1 })[1]).toBe(most)
})

test.each([
  ['120', 120_000],
  ['1', 1_000],
  ['0', 1_000],
  ['-5', 1_000],
  ['0.2', 1_000],
  ['1000000000', MAX_WAIT_MS],
  ['1e9', MAX_WAIT_MS],
  [new Date(NOW + 90_000).toUTCString(), 90_000],
  [new Date(NOW - HOUR_MS).toUTCString(), 1_000],
  [new Date(NOW + 24 * HOUR_MS).toUTCString(), MAX_WAIT_MS],
])('Retry-After: %s is honoured from 1 s to 15 min', (header, expected) => {
  expect(ask([503, undefined, header], { chance: 0 })[1]).toBe(expected)
})

test.each([null, '', 'soon', 'NaN', '\u0000'])('Retry-After: %j says nothing, so it backs off', (header) => {
  expect(ask([503, undefined, header], { failures: 3, chance: 0.5 })[1]).toBe(4_000)
})

test('adds up to a tenth to what was asked for, so that not all return at once', () => {
  expect(ask([429, undefined, '100'], { chance: 0.5 })[1]).toBe(105_000)
})

test('never waits a negative time, or longer than it may, whatever comes back', () => {
  const answer = fc.record({
    status: fc.integer({ min: 0, max: 599 }),
    body: fc.anything(),
    header: fc.oneof(
      fc.string(),
      fc.constant(null),
      fc.integer().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    ),
    size: fc.integer({ min: 1, max: 500 }),
    failures: fc.nat(),
    chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  })
  fc.assert(
    fc.property(answer, ({ status, body, header, size, failures, chance }) => {
      const [reply, waitMs, limit] = retry([status, body as never, header], size, failures, chance, NOW)
      if (reply) return
      expect(waitMs === NEVER_MS || (waitMs >= 0 && waitMs <= MAX_WAIT_MS)).toBe(true)
      expect(limit).toBeGreaterThanOrEqual(0)
      expect(limit).toBeLessThanOrEqual(size)
    }),
  )
})
