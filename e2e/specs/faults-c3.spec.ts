import { startDisplay } from '@unblink/testing'
import { startBareChromium, type BareBrowser } from '../support/bareChromium.ts'
import { createTelling } from '../support/faultHidden.ts'
import { script, VARIANT_TEXT, type Handler } from '../support/faultPage.ts'
import { openQueue } from '../support/faultQueue.ts'
import { expect, test as base } from '../support/faultTest.ts'

/** A driver that looks at a page keeps it visible and out of the back/forward cache, so these tell by themselves what they see. */
const test = base.extend<{ chromium: BareBrowser }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
  chromium: async ({}, use) => {
    const display = await startDisplay()
    const chromium = await startBareChromium(display)
    await use(chromium)
    await chromium.close()
    await display.close()
  },
})

test.beforeEach(({ browserName }) => {
  test.skip(browserName !== 'chromium', 'the other engines have no page here that nobody drives')
})

const toPage =
  (code = ''): Handler =>
  ({ response }) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>away</title>${script(code)}`)

test('C20 left, come back to from the back/forward cache, left again, and loaded anew: each view once, and no tail is lost', async ({
  chromium,
  faults,
}) => {
  // The last thing before each departure, so nobody has the time to send it.
  const visit = `let n = 0
    addEventListener('pageshow', ({ persisted }) => location.search || setTimeout(() => {
      unblink.push('event', 'step', { n: n++ }); location.href = persisted ? 'end' : 'away' }, 2500))`
  let ended = 0
  const queue = openQueue(faults, {
    after: script(visit),
    files: {
      away: toPage('addEventListener("pageshow", () => setTimeout(() => history.back(), 1000))'),
      end: (given) => {
        ended++
        return toPage()(given)
      },
    },
  })
  queue.judge = () => 'cut'
  await chromium.open(queue.open.url)
  await expect.poll(() => ended, { timeout: 25_000 }).toBe(1)
  expect(queue.open.events(), 'the collector has seen nothing yet').toEqual([])
  queue.judge = () => 'take'
  await chromium.open(`${queue.open.url}?again`)
  await expect.poll(() => queue.getSteps().sort(), { timeout: 25_000 }).toEqual([0, 1])
  const kinds = () => queue.open.events().flatMap((event) => (event.t === 'page_view' ? [event.p.kind] : []))
  await expect.poll(() => kinds().sort(), { timeout: 25_000 }).toEqual(['load', 'load', 'restore'])
  // What was tracked after the return belongs to the view that began with it.
  const views = queue.open.events().filter(({ t }) => t === 'custom')
  expect(new Set(views.map(({ pv }) => pv)).size).toBe(2)
})

test('C25 the variant is in place, and the tab is hidden before it can be painted: no exposure until it is seen', async ({
  chromium,
  faults,
}) => {
  const { scene, told, find } = createTelling()
  // Stops everything in the very task of the swap: no frame comes between it and the hiding.
  const stall = `new MutationObserver((_, observer) => {
      const hero = window.findHero && findHero()
      if (!hero || !hero.textContent.includes(${JSON.stringify(VARIANT_TEXT)})) return
      observer.disconnect(); navigator.sendBeacon('swapped')
      for (const end = Date.now() + 3000; Date.now() < end;);
    }).observe(document, { subtree: true, childList: true, characterData: true })`
  let isSwapped = false
  const swapped: Handler = ({ response }) => {
    isSwapped = true
    response.end()
  }
  const page = faults.open({ ...scene, before: script(stall), files: { ...scene.files, swapped } })
  const front = await chromium.open('about:blank')
  const tab = await chromium.open(page.url)
  await expect.poll(() => isSwapped, { timeout: 15_000, intervals: [20] }).toBe(true)
  await chromium.show(front)
  await expect.poll(() => find('hidden'), { timeout: 15_000 }).toMatchObject({ text: VARIANT_TEXT })
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  const getExposures = () =>
    page.events().filter(({ t, p }) => t === 'exposure' && (p as { slot: string }).slot === 'hero')
  expect(getExposures()).toEqual([])
  const hiddenAt = told.find(({ what }) => what === 'hidden')!.at
  await chromium.show(tab)
  await expect.poll(getExposures, { timeout: 20_000 }).toHaveLength(1)
  expect(getExposures()[0]!.at).toBeGreaterThan(hiddenAt + 1_900)
})
