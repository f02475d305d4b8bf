import type { Outcome } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { toLayerItems } from './toLayerItems.ts'

const exposure = (outcome: Outcome, more = {}) =>
  toLayerItems({
    t: 'exposure',
    p: {
      slot: 'home.hero',
      experience: 'hero-boots',
      variant: 'boots',
      outcome,
      reason: 'targeting_match',
      hiddenMs: 0,
      ...more,
    },
  })

test.each<Outcome>(['variant', 'late', 'control'])('an exposure to %s is one for GA4, too', (outcome) => {
  const [own, ga4, ...rest] = exposure(outcome)
  expect(own).toMatchObject({ event: 'unblink.exposure', unblink: { slot: 'home.hero', variant: 'boots', outcome } })
  expect(ga4).toMatchObject({
    event: 'experience_impression',
    exp_variant_string: 'UNBLINK-hero-boots-boots',
    unblink: { experience: 'hero-boots', variant: 'boots', outcome },
  })
  expect(rest).toEqual([])
})

test.each<Outcome>(['timeout', 'baseline', 'holdout', 'blocked', 'error'])(
  'an exposure to %s is none for GA4',
  (outcome) => {
    expect(exposure(outcome).map(({ event }) => event)).toEqual(['unblink.exposure'])
  },
)

test('an exposure without an experience is none for GA4', () => {
  const items = exposure('variant', { experience: undefined, variant: undefined })
  expect(items.map(({ event }) => event)).toEqual(['unblink.exposure'])
})

test('a conversion is told, and takes nothing over from the event before', () => {
  const [item] = toLayerItems({ t: 'conversion', p: { goal: 'call', value: 3 } })
  expect(item?.event).toBe('unblink.conversion')
  expect(item?.['unblink']).toMatchObject({ goal: 'call', value: 3, currency: undefined, experience: undefined })
  expect(Object.keys(item?.['unblink'] as object)).toEqual(expect.arrayContaining(['experience', 'variant', 'outcome']))
})

test('what comes by the hundred, or from the page itself, is not told', () => {
  expect(toLayerItems({ t: 'custom', p: { name: 'view_item' } })).toEqual([])
  expect(toLayerItems({ t: 'engagement', p: { rev: 1, visibleMs: 1, activeMs: 1 } })).toEqual([])
})
