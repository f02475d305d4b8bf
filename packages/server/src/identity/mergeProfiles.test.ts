import type { AnyEvent } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeSite } from '../../test/startTestServer.ts'
import { createProfile } from '../profile/createProfile.ts'
import { fold } from '../profile/fold.ts'
import type { Profile } from '../profile/profile.ts'
import { arbitraryEvents, toId } from '../../test/arbitraryEvents.ts'
import { mergeProfiles } from './mergeProfiles.ts'

const site = makeSite()
const foldAll = (events: readonly AnyEvent[], id: string) =>
  events.reduce((profile, event) => fold(profile, event, site), createProfile(id))

/** What does not depend on which of the two is the known one, with what depends on the order of additions rounded. */
const toFacts = ({ visits, views, interests, conversions, holdings, firstSeenAt, lastSeenAt }: Profile) => ({
  visits: visits.count,
  views: views.count,
  latest: views.latest,
  interests: Object.fromEntries(Object.entries(interests).map(([id, { score, at }]) => [id, [score.toFixed(6), at]])),
  conversions,
  holdings: [...holdings].sort(),
  firstSeenAt,
  lastSeenAt,
})

const two = fc.tuple(arbitraryEvents(fc, 'a'), arbitraryEvents(fc, 'b'))

test('merging with nobody changes nothing but the generation', () => {
  fc.assert(
    fc.property(arbitraryEvents(fc, 'a'), (events) => {
      const known = foldAll(events, 'known')
      const merged = mergeProfiles(known, createProfile('nobody'), site)
      expect(merged).toEqual({ ...known, generation: known.generation + 1 })
    }),
  )
})

test('who of the two is known makes no difference to what they did', () => {
  fc.assert(
    fc.property(two, ([left, right]) => {
      const [one, other] = [foldAll(left, 'one'), foldAll(right, 'other')]
      expect(toFacts(mergeProfiles(one, other, site))).toEqual(toFacts(mergeProfiles(other, one, site)))
    }),
  )
})

test('what counts events is what one visitor with all of them would have', () => {
  fc.assert(
    fc.property(two, ([left, right]) => {
      const merged = mergeProfiles(foldAll(left, 'one'), foldAll(right, 'other'), site)
      const whole = foldAll([...left, ...right], 'whole')
      const pick = ({ conversions, holdings, firstSeenAt, lastSeenAt }: Profile) => ({
        conversions,
        holdings: [...holdings].sort(),
        firstSeenAt,
        lastSeenAt,
      })
      expect(pick(merged)).toEqual(pick(whole))
    }),
  )
})

test('attributes that a server has set: the user’s stand, the visitor’s fill the gaps, and there is an end to them', () => {
  const withCustom = (id: string, custom: Profile['custom']) => ({ ...createProfile(id), custom })
  const merged = mergeProfiles(withCustom('u', { tier: 'gold' }), withCustom('v', { tier: 'none', shoe: 42 }), site)
  expect(merged.custom).toEqual({ tier: 'gold', shoe: 42 })
  const many = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`a${n}`, n]))
  const more = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`b${n}`, n]))
  const full = mergeProfiles(withCustom('u', many), withCustom('v', more), site)
  expect(Object.keys(full.custom)).toHaveLength(100)
  expect(full.custom).toMatchObject(many)
})

test('the visit that is on is the later one’s, and knows the one before it on the other device', () => {
  const view = (n: number, at: number): AnyEvent => ({
    i: toId('c', n),
    n: 0,
    pv: toId('c', n),
    t: 'page_view',
    at,
    mt: 0,
    lo: '/',
    p: { kind: 'load', title: '', source: {} },
  })
  const day = 86_400_000
  const merged = mergeProfiles(foldAll([view(1, 1_000)], 'u'), foldAll([view(2, 3 * day)], 'v'), site)
  expect(merged.visits).toEqual({ count: 2, startedAt: 3 * day, previousSeenAt: 1_000 })
})
