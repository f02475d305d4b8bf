import { expect, test } from 'vitest'
import type { Look } from './judge.ts'
import { mendTears } from './mendTears.ts'

const looks = (...states: [at: number, ...shows: string[]][]): Look[] => states.map(([at, ...shows]) => ({ at, shows }))
const statesOf = (list: readonly Look[]) => list.map((look) => look.shows.join('+') || 'hidden')

test('a look into the middle of a drawing counts as what was drawn', () => {
  const torn = looks([0, 'baseline'], [2, 'baseline', 'variant'], [4, 'baseline', 'variant'], [6, 'variant'])
  expect(statesOf(mendTears(torn))).toEqual(['baseline', 'variant', 'variant', 'variant'])
})

test('a crossfade stays: it shows both for longer than a frame is drawn', () => {
  const faded = looks([0, 'baseline'], [2, 'baseline', 'variant'], [12, 'baseline', 'variant'], [14, 'variant'])
  expect(mendTears(faded)).toEqual(faded)
})

test('a baseline seen only in a mixture stays, for it was on the screen', () => {
  const flash = looks([0], [2, 'baseline', 'variant'], [4, 'variant'])
  expect(mendTears(flash)).toEqual(flash)
})

test('a mixture at either end stays', () => {
  const open = looks([0, 'baseline', 'variant'], [2, 'variant'], [4, 'baseline', 'variant'])
  expect(mendTears(open)).toEqual(open)
})
