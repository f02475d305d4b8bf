import type { AnyEvent } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { makeEvent, makeSite, VISITOR } from '../../test/startTestServer.ts'
import type { Bucket } from './createBucket.ts'
import { createViews } from './createViews.ts'
import { EMPTY, foldMessage, formatState, type FoldedState, type SequencedMessage } from './foldedState.ts'

const site = makeSite()
const say = (seq: number, event: AnyEvent = makeEvent()): SequencedMessage => ({
  seq,
  visitor: VISITOR,
  message: { type: 'event', stored: { event, receivedAt: event.at } },
})
const foldAll = (messages: readonly SequencedMessage[]) =>
  messages.reduce((state, message) => foldMessage(state, message, site), EMPTY)

/** Views over a bucket whose answer the test chooses, at a time that the test chooses. */
function setUp() {
  const there = { state: undefined as FoldedState | undefined, isAway: false, now: 0, reads: 0 }
  const profiles: Bucket = {
    get() {
      there.reads++
      if (there.isAway) return Promise.reject(new Error('away'))
      return Promise.resolve(there.state && { text: formatState(there.state), revision: 1 })
    },
    replace: () => Promise.reject(new Error('nobody writes here')),
    getLatest: () => Promise.reject(new Error('nobody writes here')),
    remove: () => Promise.reject(new Error('nobody writes here')),
  }
  const views = createViews({ profiles, getSite: () => site, freshMs: 100, staleMs: 1_000, getTime: () => there.now })
  return { there, views }
}

test('what was just published lies over what was read, until a worker has folded it', async () => {
  const { there, views } = setUp()
  const messages = [say(3), say(5), say(9)]
  there.state = foldAll(messages.slice(0, 1))
  await views.load(VISITOR)
  views.add(messages[2]!)
  views.add(messages[1]!)
  views.add(messages[1]!)
  expect(views.get(VISITOR)).toEqual(foldAll(messages))
  expect(views.has(VISITOR, (messages[1]!.message as { stored: { event: AnyEvent } }).stored.event.i)).toBe(true)
  there.now = 200
  there.state = foldAll(messages.slice(0, 2))
  await views.load(VISITOR)
  expect(views.get(VISITOR)).toEqual(foldAll(messages))
})

test('a server that is behind takes nothing back', async () => {
  const { there, views } = setUp()
  there.state = foldAll([say(3), say(5)])
  await views.load(VISITOR)
  const before = views.get(VISITOR)
  there.now = 200
  there.state = foldAll([say(3)])
  await views.load(VISITOR)
  expect(views.get(VISITOR)).toEqual(before)
})

test('a fresh profile is not asked for again, and many who ask together ask once', async () => {
  const { there, views } = setUp()
  await Promise.all([views.load(VISITOR), views.load(VISITOR), views.load(VISITOR)])
  await views.load(VISITOR)
  expect(there.reads).toBe(1)
  there.now = 101
  await views.load(VISITOR)
  expect(there.reads).toBe(2)
})

test('when nobody answers, what is known is good for a while; who is not known cannot be had', async () => {
  const { there, views } = setUp()
  there.state = foldAll([say(1)])
  await views.load(VISITOR)
  Object.assign(there, { isAway: true, now: 900 })
  expect(await views.load(VISITOR)).toBe(true)
  expect(views.get(VISITOR)?.profile?.generation).toBe(1)
  there.now = 2_000
  expect(await views.load(VISITOR)).toBe(false)
  expect(await views.load('22222222-2222-4222-8222-222222222222')).toBe(false)
})
