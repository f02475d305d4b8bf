import { EVENT_TYPES } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { getPriority } from './getPriority.ts'

test('a trail can be missed, a conversion cannot; every type has its own worth', () => {
  const ascending = [
    ...['pointer', 'scroll', 'engagement', 'vital', 'rotation', 'error', 'custom', 'attributes', 'page_view'],
    ...['interaction', 'impression', 'exposure', 'conversion'],
  ]
  expect([...EVENT_TYPES].sort((a, b) => getPriority(a) - getPriority(b))).toEqual(ascending)
  expect(new Set(EVENT_TYPES.map(getPriority)).size).toBe(EVENT_TYPES.length)
})
