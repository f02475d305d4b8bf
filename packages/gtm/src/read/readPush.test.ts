import { expect, test, vi } from 'vitest'
import { readPush } from './readPush.ts'

/** As Google's own snippet defines it: what is pushed is the arguments object. */
function gtag(..._values: unknown[]): unknown {
  // eslint-disable-next-line prefer-rest-params -- that is the point
  return arguments
}

test('an object with an event is one, with all that it holds', () => {
  const item = { event: 'view_item', ecommerce: { value: 3 } }
  expect(readPush(item)).toEqual({ type: 'event', name: 'view_item', params: item, timeoutMs: 1_000 })
})

test('the arguments of gtag() are an event, or consent', () => {
  expect(readPush(gtag('event', 'purchase', { value: 3 }))).toMatchObject({ name: 'purchase', params: { value: 3 } })
  expect(readPush(gtag('event', 'login'))).toMatchObject({ name: 'login', params: {} })
  const params = { analytics_storage: 'denied', wait_for_update: 500 }
  expect(readPush(gtag('consent', 'default', params))).toMatchObject({ type: 'consent', name: 'default', params })
})

test.each([
  ['nothing', undefined],
  ['text', 'event'],
  ['a function', () => {}],
  ['a command array', ['event', 'view_item']],
  ['values for the model', { user: 1 }],
  ['an event whose name is none', { event: 7 }],
  ['a command of gtag() without a name', gtag('js', new Date())],
])('%s is passed over', (_what, item) => {
  expect(readPush(item)).toBeUndefined()
})

test('a callback runs once, whoever calls it', () => {
  const eventCallback = vi.fn()
  const item = { event: 'purchase', eventCallback, eventTimeout: 2_000 }
  const push = readPush(item)
  expect(push?.timeoutMs).toBe(2_000)
  push?.callback?.()
  ;(item.eventCallback as (id: string) => void)('GTM-1')
  expect(eventCallback).toHaveBeenCalledTimes(1)
})

test('the callback of gtag() is read too, also of frozen parameters', () => {
  const params = Object.freeze({ event_callback: vi.fn() })
  readPush(gtag('event', 'purchase', params))?.callback?.()
  expect(params.event_callback).toHaveBeenCalledTimes(1)
})
