import type { Page } from '@playwright/test'
import type { AnyEvent } from '@unblink/protocol'
import { FULL_BATCH, openPage, openQueue, passTime, pushSteps, range, type SentBatch } from '../support/faultQueue.ts'
import { script, type Handler } from '../support/faultPage.ts'
import { HERO_DECISION, toReply } from '../support/faultProfile.ts'
import { expect, test } from '../support/faultTest.ts'

const ALL = range(0, FULL_BATCH - 1)
const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)
const countSent = (batches: readonly SentBatch[]) => {
  const ids = batches.flatMap(({ events }) => events.map(({ i }) => i))
  return { sent: ids.length, different: new Set(ids).size }
}

test('C12 many tabs that come back online together: one sends at a time, nearly nothing twice, all arrives', async ({
  browserName,
  context,
  page,
  faults,
}) => {
  test.setTimeout(120_000)
  // Each tab of Firefox takes its driver a second and more.
  const count = browserName === 'firefox' ? 8 : 20
  const queue = openQueue(faults)
  queue.judge = () => 'cut'
  const tabs: Page[] = [page]
  while (tabs.length < count) tabs.push(await context.newPage())
  // Few at once, as a machine of two cores can bear.
  for (let first = 0; first < count; first += 4)
    await Promise.all(tabs.slice(first, first + 4).map((tab) => openPage(tab, queue)))
  const durable = await Promise.all(tabs.map((tab, index) => pushSteps(tab, index * 10, index * 10 + 9)))
  expect(durable).toEqual(tabs.map(() => 10))

  const failed = queue.batches.length
  queue.judge = () => 'take'
  await Promise.all(tabs.map((tab) => tab.evaluate(() => void dispatchEvent(new Event('online')))))
  await expect.poll(() => sorted(queue.getSteps()), { timeout: 60_000 }).toEqual(range(0, count * 10 - 1))
  const { sent, different } = countSent(queue.batches.slice(failed))
  expect(sent - different, `of ${different} events`).toBeLessThanOrEqual(different / 100)
})

test('C16 storage is cleared while the page is open: it goes on, and repeats nothing', async ({ page, faults }) => {
  const queue = openQueue(faults)
  await openPage(page, queue)
  expect(await pushSteps(page, 0, 9)).toBe(10)
  await page.evaluate(async () => {
    localStorage.clear()
    const request = indexedDB.deleteDatabase('unblink')
    await new Promise((resolve) => (request.onsuccess = resolve))
  })
  await pushSteps(page, 10, 10)
  expect(await pushSteps(page, 11, 10 + FULL_BATCH)).toBe(FULL_BATCH)
  await expect.poll(() => queue.getSteps()).toEqual(expect.arrayContaining(range(10, 10 + FULL_BATCH)))
  const { sent, different } = countSent(queue.batches)
  expect(sent).toBe(different)
})

for (const [what, skewMs] of Object.entries({
  'ten years slow': -10 * 365 * 86_400_000,
  'two days fast': 2 * 86_400_000,
})) {
  test(`C17 a device's clock is ${what} and jumps back: order by number, times by the server's clock`, async ({
    page,
    faults,
  }) => {
    const queue = openQueue(faults)
    const openedAt = Date.now()
    await page.clock.install({ time: openedAt + skewMs })
    await openPage(page, queue)
    await pushSteps(page, 0, 0)
    await page.clock.setSystemTime(openedAt + skewMs - 3_600_000)
    expect(await pushSteps(page, 1, FULL_BATCH - 1)).toBe(FULL_BATCH - 1)
    await passTime(page, 6_000, () => queue.getSteps().length === FULL_BATCH)
    await page.goto('about:blank')
    expect(sorted(queue.getSteps())).toEqual(ALL)

    // What was under way when the page was left may still be in the queue; the next view delivers it.
    const { pv } = queue.open.events()[0]!
    const getEvents = () => [...queue.open.events()].filter((one) => one.pv === pv).sort((a, b) => a.n - b.n)
    await openPage(page, queue)
    await passTime(page, 6_000, () => getEvents().every(({ n }, i) => n === i))
    const events = getEvents()
    const steps = events.filter(({ t, p }) => t === 'custom' && (p as { name: string }).name === 'step')
    expect(steps.map(({ p }) => (p as unknown as { props: { n: number } }).props.n)).toEqual(ALL)
    for (const { at, mt } of events) {
      expect(mt).toBeGreaterThanOrEqual(0)
      // What was made before the jump seems an hour younger or older: nobody can know better.
      expect(Math.abs(at - Date.now())).toBeLessThan(3_700_000)
    }
    // The reply is fresh, whatever the device thinks of the time.
    const outcomes = events.flatMap(({ t, p }) => (t === 'exposure' ? [(p as { outcome: string }).outcome] : []))
    expect(outcomes).toContain('variant')
    const times = events.flatMap((event) => (event.t === 'engagement' ? [event.p.visibleMs, event.p.activeMs] : []))
    expect(Math.min(0, ...times)).toBe(0)
  })
}

test('C18 without randomUUID, and with Math.random the same for all visitors, ids are unique', async ({
  browser,
  faults,
}) => {
  const same = script(`let seed = 1; Math.random = () => (seed = (seed * 16807) % 2147483647) / 2147483647
    delete Crypto.prototype.randomUUID; Date.now = () => 1e12`)
  const ids: string[] = []
  for (let visitor = 0; visitor < 2; visitor++) {
    const queue = openQueue(faults, { before: same })
    const context = await browser.newContext()
    const page = await context.newPage()
    await openPage(page, queue)
    expect(await pushSteps(page, 0, FULL_BATCH - 1)).toBe(FULL_BATCH)
    await expect.poll(() => sorted(queue.getSteps())).toEqual(ALL)
    ids.push(...queue.open.events().flatMap(({ i, pv }) => [i, `view ${pv}`]))
    await context.close()
  }
  expect(new Set(ids.filter((id) => id.startsWith('view'))).size).toBe(2)
  const events = ids.filter((id) => !id.startsWith('view'))
  expect(new Set(events).size).toBe(events.length)
})

test('C21 ten thousand moves after a stall: the trail is thinned out, and the queue stays small', async ({
  page,
  faults,
}) => {
  const queue = openQueue(faults)
  await openPage(page, queue)
  await page.waitForFunction(() => (window as unknown as { witness: { isSettled: boolean } }).witness.isSettled)
  await page.evaluate(async () => {
    const end = performance.now() + 1_500
    while (performance.now() < end);
    for (let n = 0; n < 10_000; n++) {
      const at = { clientX: n % 900, clientY: n % 600, bubbles: true, pointerType: 'mouse' }
      document.body.dispatchEvent(new PointerEvent('pointermove', at))
    }
    await window.unblink!.push('event', 'after')
  })
  await page.goto('about:blank')
  const isAfter = ({ t, p }: AnyEvent) => t === 'custom' && (p as { name: string }).name === 'after'
  await expect.poll(() => queue.open.events().some(isAfter)).toBe(true)
  const events = queue.open.events()
  expect(events.filter(({ t }) => t === 'pointer').length).toBeLessThanOrEqual(3)
  expect(JSON.stringify(events).length).toBeLessThan(40_000)
})

test('C22 whatever a host passes, it never sees an exception, and what can be read arrives', async ({
  page,
  faults,
}) => {
  const queue = openQueue(faults)
  await openPage(page, queue)
  const answers = await page.evaluate(async () => {
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const hostile: unknown[] = [
      circular,
      { big: 10n },
      { get bad() { throw new Error('no') } }, // prettier-ignore
      proxy,
      { node: document.body },
      { window },
      { text: 'x'.repeat(10_000_000) },
      { toJSON() { throw new Error('no') } }, // prettier-ignore
      { f: () => 1, s: Symbol('s'), u: undefined, n: NaN, d: new Date(NaN) },
      Object.create(null),
      7,
      null,
    ]
    return Promise.all(hostile.map((props) => window.unblink!.push('event', 'hostile', props)))
  })
  expect(answers).toEqual([false, true, false, false, expect.any(Boolean), false, false, false, true, true, true, true])
  expect(await pushSteps(page, 0, FULL_BATCH - 1)).toBe(FULL_BATCH)
  await expect.poll(() => sorted(queue.getSteps())).toEqual(ALL)
  const { errors } = await page.evaluate(() => (window as unknown as { witness: { errors: string[] } }).witness)
  expect(errors).toEqual([])
})

test('C23 a thousand events in one tick, and the page is left: a small beacon goes, the rest comes with the next visit', async ({
  page,
  faults,
}) => {
  const queue = openQueue(faults)
  await openPage(page, queue)
  // Who leaves before storage has been opened at all has only the beacon.
  expect(await page.evaluate(() => window.unblink!.push('event', 'opened'))).toBe(true)
  await page.evaluate(() => {
    for (let n = 0; n < 1_000; n++) void window.unblink!.push('event', 'step', { n })
    location.href = 'about:blank'
  })
  await page.waitForURL('about:blank')
  await openPage(page, queue)
  await pushSteps(page, 1_000, 999 + FULL_BATCH)
  await expect.poll(() => new Set(queue.getSteps()).size, { timeout: 30_000 }).toBe(1_000 + FULL_BATCH)
  expect(queue.getSteps().length).toBe(1_000 + FULL_BATCH)
  expect(Math.max(...queue.batches.map(({ bytes }) => bytes))).toBeLessThan(64 * 1024)
})

test('B17 every batch names the visitor who was decided for, because the collector’s cookie may be refused', async ({
  page,
  faults,
}) => {
  const visitor = '3f2b8c1e-5d4a-4c6b-9e7f-0a1b2c3d4e5f'
  const profile: Handler = ({ response }) => response.end(toReply([HERO_DECISION], { visitor }))
  const queue = openQueue(faults, { profile })
  await openPage(page, queue)
  expect(await pushSteps(page, 0, FULL_BATCH - 1)).toBe(FULL_BATCH)
  await expect.poll(() => sorted(queue.getSteps())).toEqual(ALL)
  expect(new Set(queue.batches.map((batch) => batch.visitor))).toEqual(new Set([visitor]))
})
