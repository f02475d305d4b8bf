import { expect, test } from 'vitest'
import { quantize } from './quantize.mjs'

const toRgba = (colours) => Uint8ClampedArray.from(colours.flatMap((rgb) => [...rgb, 255]))

const restore = ({ palette, indices }) => [...indices].map((index) => palette[index])

test('a picture of few colours keeps them exactly', () => {
  const colours = [
    [18, 53, 91],
    [27, 110, 75],
    [255, 255, 255],
    [18, 53, 91],
  ]
  expect(restore(quantize(toRgba(colours)))).toEqual(colours)
})

test('a picture of one colour is no special case', () => {
  expect(
    quantize(
      toRgba([
        [1, 2, 3],
        [1, 2, 3],
      ]),
    ),
  ).toEqual({ palette: [[1, 2, 3]], indices: Uint8Array.of(0, 0) })
})

test('thousands of colours become 256, none far from where it was', () => {
  const colours = Array.from({ length: 4_096 }, (_, n) => [(n & 15) * 17, ((n >> 4) & 15) * 17, (n >> 8) * 17])
  const result = quantize(toRgba(colours))
  expect(result.palette).toHaveLength(256)
  const distances = restore(result).map((rgb, n) => Math.max(...rgb.map((value, c) => Math.abs(value - colours[n][c]))))
  expect(Math.max(...distances)).toBeLessThanOrEqual(34)
})
