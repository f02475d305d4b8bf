import { afterEach, expect, test, vi } from 'vitest'
import { withLock } from './withLock.ts'

afterEach(() => void vi.unstubAllGlobals())

type Holder = (lock: object | null) => unknown
const stubLocks = (request: (name: string, options: object, holder: Holder) => unknown) =>
  vi.stubGlobal('navigator', { locks: { request } })

test('does the work while it holds the lock', async () => {
  const steps: string[] = []
  stubLocks(async (_name, _options, holder) => {
    await holder({})
    steps.push('released')
  })
  await withLock(
    'queue',
    async () => void steps.push('worked'),
    () => steps.push('otherwise'),
  )
  expect(steps).toEqual(['worked', 'released'])
})

test('does something else when another tab holds it, and does not wait', async () => {
  const steps: string[] = []
  stubLocks(async (_name, options, holder) => {
    expect(options).toEqual({ ifAvailable: true })
    await holder(null)
  })
  await withLock(
    'queue',
    async () => void steps.push('worked'),
    () => steps.push('otherwise'),
  )
  expect(steps).toEqual(['otherwise'])
})

test('gives the lock back when the page is left, work done or not', async () => {
  const page = new EventTarget()
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  let isReleased = false
  stubLocks(async (_name, _options, holder) => {
    await holder({})
    isReleased = true
  })
  const done = withLock(
    'queue',
    () => new Promise(() => {}),
    () => {},
  )
  await Promise.resolve()
  expect(isReleased).toBe(false)
  page.dispatchEvent(new Event('pagehide'))
  await done
  expect(isReleased).toBe(true)
})

test.each([
  ['there are no locks', () => vi.stubGlobal('navigator', {})],
  ['the origin may not use them', () => stubLocks(() => Promise.reject(new DOMException('no', 'SecurityError')))],
])('works without when %s', async (_what, arrange) => {
  arrange()
  let count = 0
  await withLock(
    'queue',
    async () => void count++,
    () => {},
  )
  expect(count).toBe(1)
})
