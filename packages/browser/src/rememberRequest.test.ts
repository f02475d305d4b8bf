import { SlotState, type Boot, type BootSlotRecord, type Decision } from '@unblink/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Kept } from './memory.ts'
import { rememberRequest } from './rememberRequest.ts'

const MINUTE = 60_000

let storage: Record<string, string>
let repliedAfterMs: number | undefined

beforeEach(() => {
  storage = {}
  repliedAfterMs = undefined
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date'] })
  vi.stubGlobal('localStorage', storage)
  vi.stubGlobal('document', { cookie: '' })
  vi.stubGlobal('location', { href: 'https://shop.example/', origin: 'https://shop.example' })
  vi.stubGlobal('navigator', { cookieEnabled: true })
  vi.spyOn(performance, 'getEntriesByType').mockImplementation(() =>
    repliedAfterMs === undefined
      ? []
      : ([{ name: 'https://shop.example/u/v1/p', startTime: 20, responseEnd: 20 + repliedAfterMs }] as never),
  )
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const readKept = () => JSON.parse(storage['unblink']!) as Kept
const SHOWN: Partial<BootSlotRecord> = { state: SlotState.applied }
const MISSED: Partial<BootSlotRecord> = { state: SlotState.baseline, cause: 'timeout' }

/** One view with the slot `hero`; `profileMs` is undefined where no answer came. */
function view(profileMs: number | undefined, hero: Partial<BootSlotRecord> = SHOWN) {
  repliedAfterMs = profileMs
  const slots = { hero: { element: {}, ...hero }, absent: { state: SlotState.baseline, cause: 'timeout' } }
  rememberRequest({ base: '/u', slots } as unknown as Boot<Element, ChildNode>, profileMs !== undefined)
  return readKept()
}

test.each([
  [[20], 300],
  [[200], 400],
  [[200, 260, 90], 520],
  [[200, 2_000], 600],
  [[2_000, ...Array<number>(7).fill(200)], 600],
  [[2_000, ...Array<number>(8).fill(200)], 400],
])('after answers of %j ms, the next deadline is %i ms', (answers, deadlineMs) => {
  for (const ms of answers) view(ms)
  expect(readKept().deadlineMs).toBe(deadlineMs)
})

test('who saves data waits half as long, whether or not an answer has ever come', () => {
  vi.stubGlobal('navigator', { cookieEnabled: true, connection: { saveData: true } })
  expect(view(undefined, MISSED).deadlineMs).toBe(200)
  expect(view(20).deadlineMs).toBe(150)
  expect(view(2_000).deadlineMs).toBe(300)
})

test('without an answer the deadline stays what it was', () => {
  expect(view(undefined, MISSED).deadlineMs).toBe(400)
  expect(view(250).deadlineMs).toBe(500)
  expect(view(undefined, MISSED).deadlineMs).toBe(500)
})

test('the mark names the manifest of what is remembered, and none where that holds for a page by any', () => {
  view(undefined, MISSED)
  expect(document.cookie).toMatch(/^unblink=1;/)
  storage['unblink'] = JSON.stringify({ ...readKept(), manifest: '0af3' })
  view(undefined, MISSED)
  expect(document.cookie).toMatch(/^unblink=0af3;/)
  view(undefined, MISSED)
  expect(readKept().decisions).toMatchObject([{ reason: 'disabled' }, { reason: 'disabled' }])
  expect(document.cookie).toMatch(/^unblink=1;/)
})

test('after three misses in a row nothing waits, for 5 minutes and then for longer, an hour at most', () => {
  view(undefined, MISSED)
  expect(view(undefined, MISSED).decisions).toBeUndefined()
  for (const minutes of [5, 10, 20, 40, 60, 60]) {
    const kept = view(undefined, MISSED)
    expect(kept.decisions?.map(({ slot, reason }) => [slot, reason])).toEqual([
      ['hero', 'disabled'],
      ['absent', 'disabled'],
    ])
    expect(kept.expiresAt).toBe(Date.now() + minutes * MINUTE)
    // The next view that asks is the first one after the pause.
    vi.setSystemTime(kept.expiresAt!)
  }
})

test('a view that was answered in time begins the count anew', () => {
  view(undefined, MISSED)
  view(undefined, MISSED)
  view(100)
  view(undefined, MISSED)
  expect(view(undefined, MISSED)).toMatchObject({ misses: 2 })
  expect(readKept().decisions).toBeUndefined()
})

test('a view of the pause that has no answer either neither shortens nor lengthens it', () => {
  for (let n = 0; n < 3; n++) view(undefined, MISSED)
  const before = storage['unblink']
  view(undefined, { state: SlotState.baseline, decision: { slot: 'hero', reason: 'disabled' } })
  expect(storage['unblink']).toBe(before)
})

test('what is remembered and valid stays through a pause, and ends with its own time', () => {
  const hero: Decision = {
    slot: 'hero',
    experience: 'welcome',
    variant: 'green',
    content: { text: 'Hi' },
    reason: 'cached',
  }
  storage['unblink'] = JSON.stringify({ decisions: [hero], expiresAt: Date.now() + MINUTE })
  for (let n = 0; n < 3; n++) view(undefined, MISSED)
  expect(readKept().decisions).toEqual([hero, { slot: 'absent', reason: 'disabled' }])
  expect(readKept().expiresAt).toBe(Date.now() + MINUTE)
})

test('a slot that was not in the page is no miss', () => {
  expect(view(100)).toMatchObject({ misses: 0 })
})
