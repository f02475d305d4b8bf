import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter } from './createLineSplitter.ts'

const split = (bytes: Uint8Array, size: number, max: number) => {
  const splitter = createLineSplitter(max)
  const lines = []
  for (let at = 0; at < bytes.length; at += size) {
    // The same memory for each chunk, as some streams have it.
    const chunk = bytes.slice(at, at + size)
    lines.push(...splitter.push(chunk))
    chunk.fill(0)
  }
  return [...lines, ...splitter.end()].map(({ text }) => text)
}

test('lines are the same however the bytes are cut', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\r', ' '), maxLength: 20 })
  fc.assert(
    fc.property(fc.array(text, { maxLength: 10 }), fc.integer({ min: 1, max: 30 }), (lines, size) => {
      const expected = lines.map((line) => line.replace(/\r$/, ''))
      expect(split(Buffer.from(lines.map((line) => `${line}\n`).join('')), size, 1_000)).toEqual(expected)
    }),
  )
})

test('a last line needs no line end', () => {
  expect(split(Buffer.from('a\r\nb'), 2, 10)).toEqual(['a', 'b'])
  expect(split(Buffer.from('a\n'), 2, 10)).toEqual(['a'])
})

test('of a line that is too long nothing is kept, and the next is whole', () => {
  expect(split(Buffer.from(`${'x'.repeat(100)}\nok\n${'y'.repeat(11)}`), 7, 10)).toEqual([undefined, 'ok', undefined])
  expect(split(Buffer.from('0123456789\n'), 3, 10)).toEqual(['0123456789'])
})
