import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { encodePng } from './encodePng.mjs'

test('the lines of the PNG hold the indices, and its chunks their lengths', () => {
  const indices = Uint8Array.of(0, 1, 1, 1, 0, 1)
  const palette = [
    [10, 20, 30],
    [40, 50, 60],
  ]
  const png = encodePng({ width: 3, height: 2, palette, indices })
  const chunks = {}
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    const type = png.toString('latin1', at + 4, at + 8)
    chunks[type] = png.subarray(at + 8, at + 8 + png.readUInt32BE(at))
  }
  expect(Object.keys(chunks)).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND'])
  expect([chunks.IHDR.readUInt32BE(0), chunks.IHDR.readUInt32BE(4)]).toEqual([3, 2])
  expect([...chunks.PLTE]).toEqual(palette.flat())
  expect([...inflateSync(chunks.IDAT)]).toEqual([0, 0, 1, 1, 0, 1, 0, 1])
  // The check value that the specification gives for an empty last chunk.
  expect(png.subarray(-4).toString('hex')).toBe('ae426082')
})
