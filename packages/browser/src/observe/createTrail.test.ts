import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTrail } from './createTrail.ts'

const none = () => undefined
/** A slot whose box is 200 by 100 pixels at (100, 50), and that counts how often it was measured. */
const createSlot = (name: string) => {
  const box = { x: 100, y: 50, width: 200, height: 100 }
  const slot = { name, measured: 0, element: {} as Element }
  slot.element.getBoundingClientRect = () => {
    slot.measured++
    return box as DOMRect
  }
  return slot
}

test('keeps a place only if it is far enough from the last one, in time and in space', () => {
  const trail = createTrail()
  trail._add(0, 0, 0, 'mouse', none)
  trail._add(49, 100, 0, 'mouse', none)
  trail._add(1_000, 8, 8, 'mouse', none)
  expect(trail._size).toBe(1)
  trail._add(1_000, 12, 0, 'mouse', none)
  expect(trail._size).toBe(2)
})

test('looks for the slot only of places that it keeps', () => {
  const trail = createTrail()
  let asked = 0
  const getSlot = () => void asked++
  for (let ms = 0; ms < 50; ms++) trail._add(ms, ms * 100, 0, 'mouse', getSlot)
  expect(asked).toBe(1)
})

test('a stalled page that gets 10 000 moves at once keeps no more of them than 20 a second', () => {
  const trail = createTrail()
  for (let move = 0; move < 10_000; move++) trail._add(move * 3, move * 20, 0, 'mouse', none)
  expect(trail._size).toBeLessThanOrEqual(30 * 20)
})

test('samples less and less the longer a view lasts', () => {
  const trail = createTrail()
  for (let ms = 0; ms < 8 * 3_600_000; ms += 50) trail._add(ms, (ms / 50) * 20, 0, 'mouse', none)
  expect(trail._size).toBeGreaterThan(200)
  expect(trail._size).toBeLessThan(600)
})

test('encodes deltas, the slots under the pointer and the places in them', () => {
  const trail = createTrail()
  const hero = createSlot('hero')
  const promo = createSlot('promo')
  trail._add(100.4, 150, 100, 'mouse', () => hero)
  trail._add(200, 40, 60, '', none)
  trail._add(300, 400, 20, 'mouse', () => promo)
  trail._add(400, 100, 150, 'mouse', () => hero)
  trail._measure()
  expect(trail._take()).toEqual([
    {
      kind: 'mouse',
      slots: ['hero', 'promo'],
      samples: [100, 150, 100, 0, 100, -110, -40, -1, 100, 360, -40, 1, 100, -300, 130, 0],
      at: [250, 500, 1000, 0, 0, 1000],
    },
  ])
  expect(trail._take()).toEqual([])
})

test('measures a slot once however many samples it has, and none again', () => {
  const trail = createTrail()
  const hero = createSlot('hero')
  for (let ms = 0; ms < 1_000; ms += 100) trail._add(ms, ms, 0, 'mouse', () => hero)
  trail._measure()
  trail._measure()
  expect(hero.measured).toBe(1)
})

test('starts a stretch for each kind of pointer, and each stands for itself', () => {
  const trail = createTrail()
  trail._add(0, 0, 0, 'mouse', none)
  trail._add(100, 100, 0, 'touch', none)
  trail._add(200, 200, 0, 'touch', none)
  trail._add(300, 300, 0, 'pen', none)
  expect(trail._take().map(({ kind, samples }) => [kind, samples])).toEqual([
    ['mouse', [0, 0, 0, -1]],
    ['touch', [100, 100, 0, -1, 100, 100, 0, -1]],
    ['pen', [300, 300, 0, -1]],
  ])
})

test('every stretch decodes to places that the pointer was at, in order, whatever was lost before', () => {
  const hero = createSlot('hero')
  const promo = createSlot('promo')
  const move = fc.record({
    pause: fc.integer({ min: 0, max: 5_000 }),
    x: fc.integer({ min: -50, max: 4_000 }),
    y: fc.integer({ min: -50, max: 4_000 }),
    kind: fc.constantFrom('mouse', 'touch', 'pen'),
    slot: fc.constantFrom(undefined, hero, promo),
    takes: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(move), (moves) => {
      const trail = createTrail()
      const made: string[] = []
      const decoded: string[] = []
      const decode = () => {
        trail._measure()
        for (const { samples, slots, kind, at } of trail._take()) {
          let ms = 0
          let x = 0
          let y = 0
          for (let index = 0; index < samples.length; index += 4) {
            const [dt, dx, dy, slot] = samples.slice(index, index + 4) as [number, number, number, number]
            ms += dt
            x += dx
            y += dy
            decoded.push(`${ms} ${x} ${y} ${kind} ${slots[slot]}`)
          }
          expect(at.length).toBe(2 * samples.filter((value, index) => index % 4 === 3 && value >= 0).length)
        }
      }
      let ms = 0
      for (const { pause, x, y, kind, slot, takes } of moves) {
        ms += pause
        trail._add(ms, x, y, kind, () => {
          made.push(`${ms} ${x} ${y} ${kind} ${slot?.name}`)
          return slot
        })
        if (takes) decode()
      }
      decode()
      expect(decoded).toEqual(made)
    }),
  )
})
