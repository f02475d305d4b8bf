import { expect, test } from 'vitest'
import { followLayer } from './followLayer.ts'

/** As a container does it: keeps what it found, calls it, and looks at the items itself. */
function wrap(layer: unknown[], seen: unknown[]) {
  const before = layer.push
  layer.push = (...items: unknown[]) => {
    const length = before.apply(layer, items)
    seen.push(...items)
    return length
  }
}

function open(layer: unknown[]) {
  const seen: unknown[] = []
  return { seen, stop: followLayer(layer, (items) => seen.push(...items)) }
}

test('the history is read once, then every push, and push still tells the length', () => {
  const layer: unknown[] = ['a', 'b']
  const { seen } = open(layer)
  expect(layer.push('c', 'd')).toBe(4)
  expect(seen).toEqual(['a', 'b', 'c', 'd'])
  expect([...layer]).toEqual(seen)
})

test.each(['before', 'after'])('a container that wraps %s us gets everything once, and so do we', (when) => {
  const layer: unknown[] = []
  const theirs: unknown[] = []
  if (when === 'before') wrap(layer, theirs)
  const { seen } = open(layer)
  if (when === 'after') wrap(layer, theirs)
  layer.push('a')
  layer.push('b')
  expect(theirs).toEqual(['a', 'b'])
  expect(seen).toEqual(['a', 'b'])
  expect([...layer]).toEqual(['a', 'b'])
})

test('what is pushed while we read is read after it', () => {
  const layer: unknown[] = []
  const seen: unknown[] = []
  followLayer(layer, (items) => {
    seen.push(...items)
    if (items.includes('a')) layer.push('from us')
  })
  layer.push('a')
  expect(seen).toEqual(['a', 'from us'])
})

test('stopping puts push back, unless somebody has wrapped it since', () => {
  const layer: unknown[] = []
  open(layer).stop()
  expect(Object.hasOwn(layer, 'push')).toBe(false)

  const theirs: unknown[] = []
  const { seen, stop } = open(layer)
  wrap(layer, theirs)
  stop()
  layer.push('a')
  expect({ seen, theirs }).toEqual({ seen: [], theirs: ['a'] })
})
