import { expect, test } from 'vitest'
import { addAction, createSlotStore, push, startRuntime, track } from './index.ts'

test('without a snippet every slot shows its default, and the same snapshot each time', () => {
  const store = createSlotStore('hero')
  const stop = store.subscribe(() => {})
  expect(store.getSnapshot()).toEqual({ isPending: false })
  expect(store.getSnapshot()).toBe(store.getSnapshot())
  stop()
})

test('without a snippet nothing is tracked, and nobody is kept waiting', async () => {
  expect(push('event', 'opened')).toBeUndefined()
  addAction('countdown', () => expect.unreachable())
  expect(await track.event('opened')).toBe(false)
  expect(await track.conversion({ goal: 'order' })).toBe(false)
})

test('a runtime that was called off while it was on its way is not started', async () => {
  let isStarted = false
  const start = () => {
    isStarted = true
    return () => {}
  }
  const stop = startRuntime(() => Promise.resolve({ start }))
  stop()
  await new Promise((done) => setTimeout(done, 0))
  expect(isStarted).toBe(false)
})

test('a runtime that was started is stopped; one that cannot be had harms nobody', async () => {
  let stopped = 0
  const stop = startRuntime(() => Promise.resolve({ start: () => () => stopped++ }))
  const none = startRuntime(() => Promise.reject(new Error('blocked')))
  await new Promise((done) => setTimeout(done, 0))
  stop()
  none()
  expect(stopped).toBe(1)
})
