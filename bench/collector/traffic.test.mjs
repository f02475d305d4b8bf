import { parseBatch } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { EVENTS_IN_BATCH, makeBatch, makeId, readId } from './traffic.mjs'

test('every event of the made-up traffic is one that a collector takes, and its id tells its number', () => {
  const numbers = []
  for (let n = 0; n < 40; n++) {
    const { body } = makeBatch({ run: 7, n, visitors: 3, now: 1_800_000_000_000 })
    const parsed = parseBatch(JSON.parse(body))
    expect(parsed).toMatchObject({ ok: true, value: { rejected: [] } })
    numbers.push(...parsed.value.batch.events.map(({ i }) => readId(7, i)))
  }
  expect(numbers).toEqual(Array.from({ length: 40 * EVENTS_IN_BATCH }, (_, index) => index))
})

test('an id of another run is nobody’s', () => {
  expect(readId(8, makeId(7, 5))).toBe(-1)
})
