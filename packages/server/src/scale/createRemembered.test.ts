import { expect, test } from 'vitest'
import { createRemembered } from './createRemembered.ts'

test('those touched last are remembered, looking does not count, and what was forgotten is made anew', () => {
  let made = 0
  const remembered = createRemembered(2, () => ({ number: made++ }))
  const [one, other] = [remembered.touch('a'), remembered.touch('b')]
  expect(remembered.touch('a')).toBe(one)
  expect(remembered.get('b')).toBe(other)
  remembered.touch('c')
  expect([remembered.get('a'), remembered.get('b')]).toEqual([one, undefined])
  expect(remembered.touch('b')).toEqual({ number: 3 })
  expect(remembered.get('a')).toBeUndefined()
})
