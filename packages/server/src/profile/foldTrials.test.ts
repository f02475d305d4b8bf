import type { AnyEvent, Chance } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { getCredits } from '../model/credit.ts'
import { parseSite } from '../site/parseSite.ts'
import { createProfile } from './createProfile.ts'
import { fold } from './fold.ts'
import type { Profile } from './profile.ts'

const HOUR = 3_600_000
const T0 = Date.UTC(2026, 0, 5)

const parsed = parseSite({
  id: 'shop',
  keys: { browser: 'k' },
  slots: { hero: {} },
  audiences: { gold: { tier: 'gold' } },
  goals: { buy: {}, call: {} },
  experiences: [
    {
      id: 'offer',
      slot: 'hero',
      kind: 'personalization',
      choose: { bandit: { goal: 'buy', windowMs: HOUR, contexts: ['gold'], maxValue: 100 } },
      variants: [{ id: 'a' }, { id: 'b' }],
    },
  ],
})
if (!parsed.ok) throw new Error(parsed.error)
const site = parsed.value

let sequence = 0
const event = (t: string, p: object, at: number): AnyEvent =>
  ({ i: `e${++sequence}`, n: 0, pv: 'v1', t, at, mt: 0, lo: '/', p }) as unknown as AnyEvent
const show = (at: number, variant = 'a', over: object = {}) =>
  event(
    'exposure',
    {
      slot: 'hero',
      experience: 'offer',
      variant,
      outcome: 'variant',
      reason: 'targeting_match',
      hiddenMs: 0,
      chance: [0.5, ''] satisfies Chance,
      ...over,
    },
    at,
  )
const buy = (at: number, value = 20, goal = 'buy') => event('conversion', { goal, value }, at)
const foldAll = (events: readonly AnyEvent[]): Profile =>
  events.reduce((profile, one) => fold(profile, one, site), createProfile('v'))

test('a trial begins with an exposure that says its chance, and is won by the first conversion within the window', () => {
  const { trials } = foldAll([show(T0), buy(T0 + 5, 20, 'call'), buy(T0 + 10, 250), buy(T0 + 20)])
  expect(trials).toEqual({
    offer: { variant: 'a', p: 0.5, context: '', at: T0, k: 1, wonAt: T0 + 10, value: 100 },
  })
})

test.each([
  ['nobody could see it', { outcome: 'timeout' }],
  ['nobody drew it', { chance: undefined }],
  ['it was impossible', { chance: [0.0001, ''] }],
  ['there is no such variant', { variant: 'z' }],
  ['there is no such context', { chance: [0.5, 'silver'] }],
  ['no bandit chooses for it', { experience: 'other' }],
])('an exposure is no trial when %s', (_why, over) => {
  expect(foldAll([show(T0, 'a', over), buy(T0 + 1)])).not.toHaveProperty('trials')
})

test('what comes too late, too early or without a trial is not won', () => {
  expect(foldAll([buy(T0)])).not.toHaveProperty('trials')
  expect(foldAll([show(T0), buy(T0 + HOUR), buy(T0 - 1)]).trials?.['offer']).not.toHaveProperty('wonAt')
})

test('one window is one trial, whatever is shown in it; the next one counts a quarter', () => {
  const credits: object[] = []
  let profile = createProfile('v')
  for (const one of [show(T0), show(T0 + 1, 'b'), buy(T0 + 2), show(T0 + HOUR, 'b'), show(T0 - HOUR, 'b')]) {
    const next = fold(profile, one, site)
    credits.push(...getCredits(profile, next, site))
    profile = next
  }
  const offer = { experience: 'offer', context: '' }
  expect(credits).toEqual([
    { ...offer, variant: 'a', at: T0, weight: 1 },
    { ...offer, variant: 'a', at: T0, weight: 1, won: 20 },
    { ...offer, variant: 'b', at: T0 + HOUR, weight: 1 / 4 },
  ])
})
