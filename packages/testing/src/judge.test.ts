import { expect, test } from 'vitest'
import { judge } from './judge.ts'
import type { Look, ProbeSource } from './judge.ts'

/** One look a letter, 10 ms apart from 1000 on: `.` hidden, `b` baseline, `v` variant, `m` both. */
function look(letters: string, source: ProbeSource = 'trace') {
  const shows = { '.': [], b: ['baseline'], v: ['variant'], m: ['baseline', 'variant'] }
  const looks = [...letters].map((letter, index): Look => ({
    at: 1000 + index * 10,
    shows: shows[letter as keyof typeof shows],
  }))
  return judge(looks, { source, origin: 1005, endedAt: 1000 + letters.length * 10 })
}

test('a variant that appears in a hidden slot is no flicker', () => {
  expect(look('...vvv')).toEqual({
    source: 'trace',
    frames: 6,
    sequence: 'hidden→variant',
    flickerFrames: 0,
    flickerMs: 0,
    blinks: 0,
    firstShownAt: 25,
    final: 'variant',
    timeline: [
      { at: -5, state: 'hidden' },
      { at: 25, state: 'variant' },
    ],
    longestGapMs: undefined,
  })
})

test('a baseline before the variant is flicker for as long as it is seen', () => {
  expect(look('.bb.v')).toMatchObject({
    sequence: 'hidden→baseline→hidden→variant',
    flickerFrames: 2,
    flickerMs: 20,
    blinks: 1,
  })
})

test('a baseline after the variant is flicker to the end of the watch', () => {
  expect(look('.vbb')).toMatchObject({
    sequence: 'hidden→variant→baseline',
    flickerFrames: 2,
    flickerMs: 20,
    final: 'baseline',
  })
})

test('a mixture of both is flicker', () => {
  expect(look('.mv')).toMatchObject({ sequence: 'hidden→baseline+variant→variant', flickerFrames: 1, blinks: 0 })
})

test('a baseline that stays is no flicker', () => {
  expect(look('..bbb')).toMatchObject({ sequence: 'hidden→baseline', flickerFrames: 0, flickerMs: 0, blinks: 0 })
})

test('a baseline that goes and comes back is a blink', () => {
  expect(look('.b.b')).toMatchObject({ flickerFrames: 0, blinks: 1 })
})

test('a slot that ends hidden does not blink', () => {
  expect(look('.v..')).toMatchObject({ sequence: 'hidden→variant→hidden', blinks: 0, final: 'hidden' })
})

test('without a look there is nothing to say', () => {
  expect(look('')).toMatchObject({ frames: 0, sequence: '', firstShownAt: undefined, final: 'hidden' })
})

test('the page knows nothing before its first frame: there the slot was hidden', () => {
  expect(look('vv', 'dom')).toMatchObject({ frames: 2, sequence: 'hidden→variant', firstShownAt: -5 })
})

test('a periodic source tells its longest gap', () => {
  expect(look('.vv', 'screen').longestGapMs).toBe(10)
})
