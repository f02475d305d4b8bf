import type { AnyEvent } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { makeEvent, makeSite, VISITOR } from '../../test/startTestServer.ts'
import { createProfile } from '../profile/createProfile.ts'
import { fold } from '../profile/fold.ts'
import type { Profile } from '../profile/profile.ts'
import { EMPTY, foldMessage, formatState, hasSeen, parseState, type SequencedMessage } from './foldedState.ts'
import type { LinkMessage } from './logMessage.ts'
import { mergeParts } from './span.ts'

const site = makeSite()
const say = (seq: number, event: AnyEvent): SequencedMessage => ({
  seq,
  visitor: VISITOR,
  message: { type: 'event', stored: { event, receivedAt: event.at } },
})
const erase = (seq: number): SequencedMessage => ({ seq, visitor: VISITOR, message: { type: 'erase', at: 1 } })
const tell = (seq: number, message: LinkMessage, visitor = VISITOR): SequencedMessage => ({ seq, visitor, message })
const link = (seq: number, user = 'u-17', visitor = VISITOR) => tell(seq, { type: 'link', user, at: 1 }, visitor)
const foldAll = (messages: readonly SequencedMessage[], from = EMPTY) =>
  messages.reduce((state, message) => foldMessage(state, message, site), from)
const visit = () => makeEvent({ t: 'conversion', p: { goal: 'apply' } })

test('messages give the profile that their events give', () => {
  const events = [visit(), makeEvent(), visit()]
  const state = foldAll(events.map((event, index) => say(index + 1, event)))
  expect(state.profile).toEqual(events.reduce((profile, event) => fold(profile, event, site), createProfile(VISITOR)))
  expect(state.seq).toBe(3)
})

test('whoever begins again anywhere before comes to the same state, byte for byte', () => {
  const messages = [
    ...[say(3, visit()), say(7, makeEvent()), erase(9), say(12, visit()), link(13), say(14, visit())],
    ...[tell(15, { type: 'unlink', at: 1 }), say(16, visit()), link(17), say(20, makeEvent())],
    tell(21, { type: 'unmerge', begun: 17, at: 1 }),
  ]
  const whole = formatState(foldAll(messages))
  for (let crash = 0; crash <= messages.length; crash++) {
    for (let back = 0; back <= crash; back++) {
      const kept = parseState(formatState(foldAll(messages.slice(0, crash))))
      expect(formatState(foldAll(messages.slice(back), kept))).toBe(whole)
    }
  }
})

test('an event that is in the stream twice has one effect', () => {
  const event = visit()
  const once = foldAll([say(1, event)])
  const twice = foldAll([say(2, event)], once)
  expect(twice).toEqual({ ...once, seq: 2 })
  expect(hasSeen(twice, event.i)).toBe(true)
  expect(hasSeen(twice, visit().i)).toBe(false)
})

test('the ids of the last thousand events are remembered, and the value does not grow beyond them', () => {
  const events = Array.from({ length: 1_100 }, visit)
  const state = foldAll(events.map((event, index) => say(index + 1, event)))
  expect(events.map(({ i }) => hasSeen(state, i)).indexOf(true)).toBe(1_100 - 1_024)
  expect(state.seen).toHaveLength(1_024 * 8)
})

test('after an erasure nothing is left but how far it goes, and a new event begins anew', () => {
  const erased = foldAll([say(1, visit()), say(2, visit()), erase(3)])
  expect(formatState(erased)).toBe('{"v":1,"seq":3,"erased":true}')
  const again = foldAll([say(4, visit())], erased)
  expect(again.profile?.generation).toBe(1)
  // For lists of other systems, which go on naming them.
  expect(again.wasErased).toBe(true)
})

test('what cannot be read is passed over', () => {
  const before = foldAll([say(1, visit())])
  expect(foldMessage(before, { seq: 2, visitor: VISITOR, message: { type: 'unreadable' } }, site)).toEqual({
    ...before,
    seq: 2,
  })
})

test('a value of a newer version is not taken for an empty one', () => {
  expect(() => parseState('{"v":3,"seq":9}')).toThrow('newer version')
})

const count = (profile: Profile | undefined) => profile?.conversions['apply']?.count

test('while a visitor is a user all they do is the user’s, with what was known before; after that it is nobody’s', () => {
  const linked = foldAll([say(1, visit()), link(2), say(3, visit())])
  expect(linked.profile).toBeUndefined()
  expect(count(linked.spans?.[0]?.profile)).toBe(2)
  const left = foldAll([tell(4, { type: 'unlink', at: 1 }), say(5, visit())], linked)
  expect(count(left.profile)).toBe(1)
  expect(left.spans).toMatchObject([
    { user: 'u-17', begun: 2, ended: 4, profile: { conversions: { apply: { count: 2 } } } },
  ])
})

test('a link that is taken back was never', () => {
  const events = [visit(), makeEvent(), visit()]
  const [one, two, three] = events
  const without = foldAll([say(1, one!), say(3, two!), say(5, three!)])
  const back = foldAll([
    say(1, one!),
    link(2),
    say(3, two!),
    say(5, three!),
    tell(6, { type: 'unmerge', begun: 2, at: 1 }),
    tell(7, { type: 'unmerge', begun: 2, at: 1 }),
  ])
  expect(back.spans).toBeUndefined()
  expect(back.profile).toEqual({ ...without.profile, generation: without.profile!.generation + 1 })
  expect(foldAll([tell(9, { type: 'unmerge', begun: 2, at: 1 })], without)).toEqual({ ...without, seq: 9 })
})

test('who is linked and unlinked for ever has few times, in which nothing is missing', () => {
  let state = EMPTY
  for (let n = 0; n < 60; n += 3)
    state = foldAll([link(n + 1), say(n + 2, visit()), tell(n + 3, { type: 'unlink', at: 1 })], state)
  expect(state.spans).toHaveLength(8)
  expect(count(mergeParts(state.spans!, site).profile)).toBe(20)
})

test('of what a server sets for one user through several visitors the last counts, and what came along fills gaps', () => {
  const set = (values: object) => makeEvent({ t: 'attributes', p: { set: values } })
  const other = '22222222-2222-4222-8222-222222222222'
  const phone = foldAll([
    ...[say(1, set({ tier: 'old', only: 'phone' })), link(3), say(5, set({ tier: 'gold', gone: 1, holdings: ['a'] }))],
    say(9, visit()),
  ])
  const laptop = foldAll([
    ...[say(2, set({ tier: 'older', gap: 'laptop' })), link(4, 'u-17', other), say(6, set({ gone: null }))],
    ...[say(7, set({ tier: 'silver' })), say(8, set({ holdings: ['b'] }))],
  ])
  const parts = [...phone.spans!, ...laptop.spans!]
  const { profile } = mergeParts(parts, site)
  expect(profile?.custom).toEqual({ only: 'phone', gap: 'laptop', tier: 'silver' })
  expect([...(profile?.holdings ?? [])].sort()).toEqual(['b', 'mortgage'])
  expect(mergeParts([...parts].reverse(), site)).toEqual(mergeParts(parts, site))
})
