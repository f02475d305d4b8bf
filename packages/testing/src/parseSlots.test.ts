import { expect, test } from 'vitest'
import { parseSlots } from './parseSlots.ts'
import type { Rgb, Slots } from './parseSlots.ts'

const RED: Rgb = [255, 0, 0]
const GREEN: Rgb = [0, 170, 0]
const BLUE: Rgb = [0, 0, 255]

test('the baseline comes first, then the variants in order', () => {
  const [hero] = parseSlots({ hero: { selector: '#hero', baseline: RED, variants: { one: GREEN, two: BLUE } } })
  expect(hero?.contents.map((content) => content.name)).toEqual(['baseline', 'one', 'two'])
})

test('a single variant is called variant', () => {
  const [hero] = parseSlots({ hero: { selector: '#hero', baseline: RED, variant: GREEN } })
  expect(hero?.contents.map((content) => content.name)).toEqual(['baseline', 'variant'])
})

const mistakes: readonly [string, Slots, RegExp][] = [
  ['no slot at all', {}, /No slot to watch/],
  ['a slot without a selector', { hero: { selector: '', baseline: RED, variant: GREEN } }, /"hero" has no selector/],
  ['no variant', { hero: { selector: '#hero', baseline: RED, variants: {} } }, /"hero" has no variant/],
  [
    'a variant named as a state',
    { hero: { selector: '#hero', baseline: RED, variants: { hidden: GREEN } } },
    /a variant called "hidden"/,
  ],
  [
    'a colour out of range',
    { hero: { selector: '#hero', baseline: RED, variant: [0, 300, 0] } },
    /the colour of variant must be/,
  ],
  [
    'colours that look alike',
    { hero: { selector: '#hero', baseline: RED, variant: [200, 60, 60] } },
    /baseline and variant are too close/,
  ],
]
for (const [what, slots, message] of mistakes) {
  test(`${what} is refused`, () => {
    expect(() => parseSlots(slots)).toThrow(message)
  })
}
