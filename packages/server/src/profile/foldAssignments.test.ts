import type { AnyEvent, Consent } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { createReply } from '../createReply.ts'
import { mergeProfiles } from '../identity/mergeProfiles.ts'
import { makeSite } from '../../test/startTestServer.ts'
import { publish } from '../site/publish.ts'
import { createProfile } from './createProfile.ts'
import { fold } from './fold.ts'
import type { Profile } from './profile.ts'

const T0 = Date.UTC(2026, 0, 5)
const CONSENT: Consent = { personalization: 'granted', analytics: 'granted' }

/** A site whose experiment gives everyone this variant, or `kind: 'personalization'` of the same variants. */
const makeRules = (everyone: string, kind: 'experiment' | 'personalization' = 'experiment', ids = ['control', 'new']) =>
  makeSite({
    experiences: [
      {
        id: 'price',
        slot: 'home.hero',
        kind,
        variants: ids.map((id) => ({
          id,
          weight: id === everyone ? 1 : 0,
          ...(id === 'new' && { content: { text: 'New' } }),
        })),
      },
    ],
  })
const site = makeRules('new')

let sequence = 0
const show = (variant: string, at = T0, outcome = 'variant', experience = 'price') =>
  ({
    ...{ i: `e${++sequence}`, n: 0, pv: 'v1', t: 'exposure', at, mt: 0, lo: '/' },
    p: { slot: 'home.hero', experience, variant, outcome, reason: 'split', hiddenMs: 0 },
  }) as unknown as AnyEvent
const foldAll = (events: readonly AnyEvent[], rules = site, profile = createProfile('v')): Profile =>
  events.reduce((known, event) => fold(known, event, rules), profile)
const decideFor = (profile: Profile, rules: typeof site) =>
  createReply({ publication: publish(rules), profile, slots: ['home.hero'], consent: CONSENT, now: T0, log: () => {} })
    .decisions![0]!.variant

test('a visitor is given the variant that they were shown, whatever becomes of the weights', () => {
  const met = foldAll([show('new')])
  expect([decideFor(met, site), decideFor(met, makeRules('control'))]).toEqual(['new', 'new'])
  expect(decideFor(createProfile('v'), makeRules('control'))).toBe('control')
  // What a site chooses by rules or weights alone is no experiment, and may change.
  expect(decideFor(met, makeRules('control', 'personalization'))).toBe('control')
})

test('what was shown gives no right to it: holdout and audience come first, and without consent nothing is known of it', () => {
  const met = foldAll([show('new')])
  const rules = makeRules('control')
  const ask = (over: Partial<typeof site>, consent = CONSENT) => {
    const publication = publish({ ...rules, ...over })
    const reply = createReply({ publication, profile: met, slots: ['home.hero'], consent, now: T0, log: () => {} })
    return reply.decisions![0]!
  }
  expect(ask({})).toMatchObject({ variant: 'new', reason: 'split' })
  expect(ask({ holdout: { share: 1, seed: 's' } })).toEqual({ slot: 'home.hero', reason: 'holdout' })
  const experiences = rules.experiences.map((one) => ({ ...one, audience: 'gold' }))
  expect(ask({ experiences, audiences: { gold: { tier: 'gold' } } })).toEqual({ slot: 'home.hero', reason: 'default' })
  expect(ask({}, { personalization: 'pending', analytics: 'pending' })).toMatchObject({ variant: 'control' })
})

test('the first that was shown counts, in whatever order exposures come', () => {
  const events = [show('new', T0 + 1), show('control', T0, 'control'), show('new', T0 + 2, 'late')]
  for (const order of [events, [...events].reverse()])
    expect(foldAll(order).assignments).toEqual({ price: { variant: 'control', at: T0 } })
})

test.each([
  ['one that came too late', show('new', T0, 'timeout')],
  ['a variant that is not there', show('other')],
  ['an experience that is not there', show('new', T0, 'variant', 'toString')],
])('nothing is learnt of %s', (_name, event) => {
  expect(foldAll([event])).not.toHaveProperty('assignments')
})

test('a variant that the site has no more gives way to the next, and so do experiments', () => {
  const met = foldAll([show('new')])
  const later = makeRules('bold', 'experiment', ['control', 'bold'])
  expect(decideFor(met, later)).toBe('bold')
  expect(foldAll([show('bold', T0 + 5)], later, met).assignments).toEqual({ price: { variant: 'bold', at: T0 + 5 } })
  const gone = { ...met, assignments: { ...met.assignments, old: { variant: 'a', at: T0 } } }
  expect(Object.keys(foldAll([show('bold', T0 + 5)], later, gone).assignments!)).toEqual(['price'])
})

test('of two profiles that become one, the earlier assignment counts', () => {
  const [early, late] = [foldAll([show('control', T0, 'control')]), foldAll([show('new', T0 + 1)])]
  for (const [known, other] of [
    [early, late],
    [late, early],
  ] as const)
    expect(mergeProfiles(known, other, site).assignments).toEqual(early.assignments)
  // Of a variant that is gone, nothing can be given again.
  const bold = foldAll([show('bold', T0 + 2)], makeRules('bold', 'experiment', ['control', 'bold']))
  for (const [known, other] of [
    [late, bold],
    [bold, late],
  ] as const)
    expect(mergeProfiles(known, other, makeRules('bold', 'experiment', ['control', 'bold'])).assignments).toEqual(
      bold.assignments,
    )
  expect(mergeProfiles(createProfile('a'), createProfile('b'), site)).not.toHaveProperty('assignments')
})
