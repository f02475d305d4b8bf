import { expect, test } from 'vitest'
import { createStore } from '../store/createStore.ts'
import { openDatabase } from '../store/openDatabase.ts'
import { createArrivals } from './createArrivals.ts'

const HOUR_MS = 3_600_000

test('counts in memory as the database does', () => {
  const database = openDatabase()
  const store = createStore(database, 'bank')
  const arrivals = createArrivals()
  // A small generator with a seed, so that a failure can be seen again.
  let seed = 7
  const draw = (limit: number) => (seed = (seed * 48_271) % 0x7fffffff) % limit
  for (let n = 0; n < 500; n++) {
    const one = {
      view: `v${draw(40)}`,
      highest: draw(30),
      stored: 1 + draw(5),
      receivedAt: draw(6) * HOUR_MS + draw(HOUR_MS),
    }
    store.countArrivals(one)
    arrivals.count(one)
  }
  expect(arrivals.get(0)).toEqual(store.getArrivals(0))
  expect(arrivals.get(3 * HOUR_MS + 5)).toEqual(store.getArrivals(3 * HOUR_MS + 5))
  database.close()
})
