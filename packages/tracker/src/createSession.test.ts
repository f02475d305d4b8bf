import { afterEach, expect, test, vi } from 'vitest'
import { createSession } from './createSession.ts'

const MINUTE_MS = 60_000
const KEY = 'unblink.session'

afterEach(() => void vi.unstubAllGlobals())

const stubStorage = () => {
  const storage: Record<string, string> = {}
  vi.stubGlobal('localStorage', storage)
  return storage
}

test('goes on while there is activity, and ends after 30 minutes without', () => {
  stubStorage()
  let now = 1e12
  const session = createSession(() => now)
  const first = session._get()
  now += 29 * MINUTE_MS
  expect(session._get()).toBe(first)
  now += 29 * MINUTE_MS
  expect(session._get()).toBe(first)
  now += 30 * MINUTE_MS
  expect(session._get()).not.toBe(first)
})

test('is shared by the tabs, also when one of them has been idle', () => {
  stubStorage()
  let now = 1e12
  const [one, other] = [createSession(() => now), createSession(() => now)]
  const id = one._get()
  expect(other._get()).toBe(id)
  for (let tick = 0; tick < 10; tick++) {
    now += 20 * MINUTE_MS
    other._get()
  }
  expect(one._get()).toBe(id)
})

test('asks for no storage before it is asked', () => {
  const get = vi.fn()
  vi.stubGlobal('localStorage', new Proxy({}, { get }))
  createSession(Date.now)
  expect(get).not.toHaveBeenCalled()
})

test.each([
  [
    'blocked',
    () => {
      throw new DOMException('no', 'SecurityError')
    },
  ],
  [
    'full',
    () =>
      new Proxy(
        {},
        {
          get: () => null,
          set() {
            throw new DOMException('no', 'QuotaExceededError')
          },
        },
      ),
  ],
  ['absent', () => undefined],
])('lives in memory when storage is %s', (_what, get) => {
  vi.stubGlobal('localStorage', undefined)
  Object.defineProperty(globalThis, 'localStorage', { configurable: true, get })
  const session = createSession(() => 1e12)
  const id = session._get()
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  expect(session._get()).toBe(id)
})

test.each(['null', '7', '[]', '{"id":', '{"id":"x","at":"soon"}', '{"at":1}'])(
  'makes nothing of %s in the storage',
  (text) => {
    stubStorage()[KEY] = text
    expect(createSession(() => 1e12)._get()).toMatch(/^[0-9a-f-]{36}$/)
  },
)

test('is gone after being erased', () => {
  const storage = stubStorage()
  const session = createSession(() => 1e12)
  const id = session._get()
  session._erase()
  expect(storage).toEqual({})
  expect(session._get()).not.toBe(id)
})
