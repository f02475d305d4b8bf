import type { AnyEvent } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { makeEvent, makeSite, VISITOR } from '../../test/startTestServer.ts'
import { createProfile } from '../profile/createProfile.ts'
import { fold } from '../profile/fold.ts'
import { EMPTY, foldMessage, formatState, hasSeen, parseState, type SequencedMessage } from './foldedState.ts'

const site = makeSite()
const say = (seq: number, event: AnyEvent): SequencedMessage => ({
  seq,
  visitor: VISITOR,
  message: { type: 'event', stored: { event, receivedAt: event.at } },
})
const erase = (seq: number): SequencedMessage => ({ seq, visitor: VISITOR, message: { type: 'erase', at: 1 } })
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
  const messages = [say(3, visit()), say(7, makeEvent()), erase(9), say(12, visit()), say(20, makeEvent())]
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
  expect(formatState(erased)).toBe('{"v":1,"seq":3}')
  const again = foldAll([say(4, visit())], erased)
  expect(again.profile?.generation).toBe(1)
})

test('what cannot be read is passed over', () => {
  const before = foldAll([say(1, visit())])
  expect(foldMessage(before, { seq: 2, visitor: VISITOR, message: { type: 'unreadable' } }, site)).toEqual({
    ...before,
    seq: 2,
  })
})

test('a value of a newer version is not taken for an empty one', () => {
  expect(() => parseState('{"v":2,"seq":9}')).toThrow('newer version')
})
