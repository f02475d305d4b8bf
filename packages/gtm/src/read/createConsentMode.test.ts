import type { Consent } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { createConsentMode } from './createConsentMode.ts'

function open() {
  const told: Partial<Consent>[] = []
  const waits: { callback: () => void; ms: number }[] = []
  const mode = createConsentMode(
    (changed) => told.push(changed),
    (callback, ms) => waits.push({ callback, ms }),
  )
  /** One push and what is told of it. */
  const say = (kind: 'default' | 'update', params: object) => {
    mode.take(kind, params as never)
    mode.flush()
    return told.at(-1)
  }
  return { mode, told, waits, say }
}

test('the two types are the two purposes', () => {
  const { say } = open()
  expect(say('default', { analytics_storage: 'granted', personalization_storage: 'denied' })).toEqual({
    analytics: 'granted',
    personalization: 'denied',
  })
})

test('nothing said is nothing told, and nothing is told twice', () => {
  const { say, told } = open()
  say('default', { ad_storage: 'denied', analytics_storage: 'perhaps' })
  expect(told).toEqual([])
  say('update', { analytics_storage: 'granted' })
  say('update', { analytics_storage: 'granted' })
  expect(told).toEqual([{ analytics: 'granted' }])
})

test('a default that denies and waits is pending until the visitor answers', () => {
  const { say } = open()
  expect(say('default', { analytics_storage: 'denied', wait_for_update: 500 })).toEqual({ analytics: 'pending' })
  expect(say('update', { analytics_storage: 'denied' })).toEqual({ analytics: 'denied' })
})

test('a default that grants and waits is pending for as long as it waits', () => {
  const { say, told, waits } = open()
  expect(say('default', { analytics_storage: 'granted', wait_for_update: 500 })).toEqual({ analytics: 'pending' })
  expect(waits[0]?.ms).toBe(500)
  waits[0]?.callback()
  expect(told.at(-1)).toEqual({ analytics: 'granted' })
})

test('an update counts more than a default that comes after it', () => {
  const { say, told } = open()
  say('update', { analytics_storage: 'denied' })
  say('default', { analytics_storage: 'granted' })
  expect(told).toEqual([{ analytics: 'denied' }])
})

test('of a history only the end is told', () => {
  const { mode, told } = open()
  mode.take('default', { personalization_storage: 'denied' })
  mode.take('update', { personalization_storage: 'granted' })
  mode.flush()
  expect(told).toEqual([{ personalization: 'granted' }])
})

test('a region that denies makes the rest pending, since nobody knows where the visitor is', () => {
  const { say } = open()
  expect(say('default', { analytics_storage: 'granted' })).toEqual({ analytics: 'granted' })
  expect(say('default', { analytics_storage: 'denied', region: ['ES'] })).toEqual({ analytics: 'pending' })
  const other = open()
  other.say('default', { analytics_storage: 'denied' })
  other.say('default', { analytics_storage: 'granted', region: ['US'] })
  expect(other.told).toEqual([{ analytics: 'denied' }])
})

test('personalised advertising can only withhold, and only where personalisation is not named', () => {
  expect(open().say('update', { ad_personalization: 'denied' })).toEqual({ personalization: 'denied' })
  expect(open().say('update', { ad_personalization: 'granted' })).toBeUndefined()
  const both = { ad_personalization: 'denied', personalization_storage: 'granted' }
  expect(open().say('update', both)).toEqual({ personalization: 'granted' })
})

test('the latest word counts, be it ours or Google’s', () => {
  const { mode, told, say } = open()
  say('update', { analytics_storage: 'denied' })
  mode.set({ analytics: 'granted' })
  mode.flush()
  say('update', { analytics_storage: 'denied' })
  expect(told).toEqual([{ analytics: 'denied' }, { analytics: 'granted' }, { analytics: 'denied' }])
})

test('an answer of ours that is none changes nothing', () => {
  const { mode, told } = open()
  mode.set({ analytics: 'maybe', personalization: 'pending', other: 'granted' })
  mode.flush()
  expect(told).toEqual([{ personalization: 'pending' }])
})
