import {
  acknowledge,
  FULL_BATCH,
  openPage,
  openQueue,
  passTime,
  pushSteps,
  range,
  whenIdle,
} from '../support/faultQueue.ts'
import { expect, test } from '../support/faultTest.ts'
import { script } from '../support/faultPage.ts'
import { hang } from '../support/faultProfile.ts'

const HOUR_MS = 3_600_000
const LAST = FULL_BATCH - 1
const ALL = range(0, LAST)
const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)
const getNumber = ({ p }: { p: unknown }) => (p as { props?: { n?: number } }).props?.n

test('C3 a collector that is away for a day: what does not fit is counted, the worthiest stay, all else arrives', async ({
  page,
  faults,
}) => {
  test.setTimeout(120_000)
  const queue = openQueue(faults)
  queue.judge = () => 'cut'
  await page.clock.install()
  await openPage(page, queue)
  await page.evaluate(() => localStorage.setItem('host', 'mine'))
  const perHour = 230
  for (let hour = 0; hour < 24; hour++) {
    expect(await page.evaluate((goal) => window.unblink!.push('conversion', { goal }), `hour ${hour}`)).toBe(true)
    expect(await pushSteps(page, hour * perHour, (hour + 1) * perHour - 1)).toBe(perHour)
    await whenIdle(page)
    await page.clock.fastForward(HOUR_MS)
  }
  await whenIdle(page)
  queue.judge = () => 'take'
  const count = 24 * perHour
  // What was given up is told with the next batch, so there has to be one.
  let more = 0
  const getKnown = () => new Set(queue.getSteps()).size + (queue.drops['evicted'] ?? 0)
  for (; getKnown() < count + more; more++) {
    expect(more, `${getKnown()} of ${count} are known of`).toBeLessThan(100)
    await pushSteps(page, count + more, count + more)
    // A jump of the clock would end a request under way: its answer would be lost, and the count be told again.
    await whenIdle(page)
    await page.clock.fastForward(600_000)
    await whenIdle(page)
  }
  const steps = queue.getSteps().filter((n) => n < count)
  expect(steps.length, 'each once').toBe(new Set(steps).size)
  expect(steps.length).toBeLessThanOrEqual(5_000)
  expect(steps.length).toBeGreaterThan(4_500)
  // With them go the least worthy of what the page tells of itself.
  const ownTrail = queue.drops['evicted']! - (count - steps.length)
  expect(ownTrail).toBeGreaterThanOrEqual(0)
  expect(ownTrail).toBeLessThan(50)
  expect(Math.min(...steps), 'the oldest were given up').toBe(count - steps.length)
  const goals = queue.open.events().flatMap((event) => (event.t === 'conversion' ? [event.p.goal] : []))
  expect(new Set(goals).size).toBe(24)
  expect(await page.evaluate(() => localStorage.getItem('host'))).toBe('mine')
})

const RETRY_AFTER: readonly [what: string, getHeader: (now: number) => string, leastMs: number, mostMs: number][] = [
  ['seconds', () => '20', 20_000, 22_000],
  ['an HTTP date', (now) => new Date(now + 60_000).toUTCString(), 59_000, 66_000],
  ['far too much', () => '1e9', 900_000, 900_000],
  ['a negative number', () => '-5', 1_000, 1_100],
]
for (const [what, getHeader, leastMs, mostMs] of RETRY_AFTER) {
  test(`C5 a busy collector asks for a pause: ${what}`, async ({ page, faults }) => {
    const queue = openQueue(faults)
    await page.clock.install()
    await openPage(page, queue)
    // What the page tells of itself is out of the way first.
    await pushSteps(page, 0, LAST)
    await expect.poll(() => sorted(queue.getSteps())).toEqual(ALL)
    const pausedAt = (await page.evaluate(() => Date.now())) + 10_000
    await page.clock.pauseAt(pausedAt)
    await whenIdle(page)
    const sent = queue.batches.length
    queue.judge = () => ({ status: 429, headers: { 'retry-after': getHeader(pausedAt) } })
    const answered = page.waitForResponse((response) => response.status() === 429)
    expect(await pushSteps(page, FULL_BATCH, 2 * FULL_BATCH - 1)).toBe(FULL_BATCH)
    await answered
    await whenIdle(page)
    queue.judge = () => 'take'
    await page.clock.runFor(leastMs - 50)
    expect(await pushSteps(page, 2 * FULL_BATCH, 3 * FULL_BATCH - 1)).toBe(FULL_BATCH)
    await whenIdle(page)
    expect(queue.batches.length, 'nothing is sent during the pause').toBe(sent + 1)
    await page.clock.runFor(mostMs - leastMs + 100)
    await expect.poll(() => sorted(queue.getSteps())).toEqual(range(0, 3 * FULL_BATCH - 1))
  })
}

test('C6 413: the batch is split down to the one event that is too much, which is given up and counted', async ({
  page,
  faults,
}) => {
  const queue = openQueue(faults)
  queue.judge = ({ events }) => (events.some((event) => getNumber(event) === 7) ? { status: 413 } : 'take')
  await page.clock.install()
  await openPage(page, queue)
  expect(await pushSteps(page, 0, LAST)).toBe(FULL_BATCH)
  await passTime(page, 2_000, () => queue.getSteps().length === LAST)
  expect(sorted(queue.getSteps())).toEqual(ALL.filter((n) => n !== 7))
  await pushSteps(page, FULL_BATCH, FULL_BATCH)
  await passTime(page, 10_000, () => queue.drops['rejected'] === 1)
})

test('C7 of a batch that is taken in part, what was refused is given up and nothing is sent again', async ({
  page,
  faults,
}) => {
  const queue = openQueue(faults)
  await page.clock.install()
  await openPage(page, queue)
  queue.judge = ({ events }) =>
    acknowledge(
      events,
      events.filter((event) => getNumber(event) === 7).map(({ i }) => ({ i, c: 'schema' })),
    )
  expect(await pushSteps(page, 0, LAST)).toBe(FULL_BATCH)
  const getSent = () => queue.batches.flatMap(({ events }) => events.map(getNumber)).filter((n) => n !== undefined)
  await expect.poll(() => getSent().length).toBe(FULL_BATCH)
  queue.judge = () => 'take'
  await pushSteps(page, FULL_BATCH, FULL_BATCH)
  await passTime(page, 10_000, () => queue.drops['rejected'] === 1)
  expect(sorted(getSent())).toEqual(range(0, FULL_BATCH))
})

test('C9 somebody else holds all that the page may send beyond its end: events go all the same, none is lost', async ({
  page,
  faults,
}) => {
  const hog = script(`fetch('hang', { method: 'POST', keepalive: true, body: 'x'.repeat(65536) }).catch(() => 0)`)
  const queue = openQueue(faults, { before: hog, files: { hang } })
  await openPage(page, queue)
  expect(await pushSteps(page, 0, LAST)).toBe(FULL_BATCH)
  await expect.poll(() => sorted(queue.getSteps()), { timeout: 20_000 }).toEqual(ALL)
})

test('C10 one event of 200 KB is refused at once and counted, and holds nobody up', async ({ page, faults }) => {
  const queue = openQueue(faults)
  await page.clock.install()
  await openPage(page, queue)
  const isDurable = await page.evaluate(() => window.unblink!.push('event', 'huge', { text: 'x'.repeat(200_000) }))
  expect(isDurable).toBe(false)
  expect(await pushSteps(page, 0, LAST)).toBe(FULL_BATCH)
  await passTime(page, 6_000, () => queue.getSteps().length === FULL_BATCH && queue.drops['size'] === 1)
})

test('C11 an event that breaks the collector every time lets the others pass, and is given up in the end', async ({
  page,
  faults,
}) => {
  const queue = openQueue(faults)
  queue.judge = ({ events }) => (events.some((event) => getNumber(event) === 0) ? { status: 500 } : 'take')
  await page.clock.install()
  await openPage(page, queue)
  await pushSteps(page, 0, 0)
  for (let n = 1; n <= 12; n++) {
    expect(await pushSteps(page, n, n)).toBe(1)
    await passTime(page, 60_000, () => queue.getSteps().includes(n))
  }
  await pushSteps(page, 13, 13)
  await passTime(page, 60_000, () => queue.drops['poison'] === 1)
  await passTime(page, 60_000, () => queue.getSteps().length === 13)
  expect(sorted(queue.getSteps())).toEqual(range(1, 13))
})
