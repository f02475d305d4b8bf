import { startDisplay } from '@unblink/testing'
import { startBareChromium, type BareBrowser } from '../support/bareChromium.ts'
import { startBareFirefox } from '../support/bareFirefox.ts'
import { createTelling, expectWholeWhenShown, KNOWS_PRERENDERING } from '../support/faultHidden.ts'
import { BASELINE_TEXT, LONG_MS, script, VARIANT_TEXT, type Handler } from '../support/faultPage.ts'
import { hang, HERO_DECISION, send, toReply } from '../support/faultProfile.ts'
import { expect, test as base } from '../support/faultTest.ts'

/** Rows about pages that nobody sees yet. No driver may look at them either, so they tell by themselves what they see. */
const test = base.extend<{ bare: BareBrowser }>({
  bare: async ({ browserName }, use) => {
    const display = await startDisplay()
    const bare = await (browserName === 'firefox' ? startBareFirefox(display) : startBareChromium(display))
    await use(bare)
    await bare.close()
    await display.close()
  },
})

test('A25 a tab that was opened behind: whole when it is shown, and hidden time does not count', async ({
  bare,
  faults,
}) => {
  const front = await bare.open('about:blank')
  let tab = ''
  await expectWholeWhenShown(faults, {
    open: async (url) => void (tab = await bare.open(url, true)),
    show: () => bare.show(tab),
    hide: () => bare.show(front),
  })
})

test('A27 exists only where pages are prerendered', async ({ eye, faults, browserName }) => {
  await eye.look(faults.open().url, false)
  expect(await eye.evaluate(KNOWS_PRERENDERING)).toBe(browserName === 'chromium')
})

const skipWherePagesAreNotPrerendered = (browserName: string) =>
  test.skip(browserName !== 'chromium', 'Firefox and WebKitGTK do not prerender')

test('A27 a prerendered page: no event before it is shown, its variant when it is, and deadlines from then on', async ({
  bare,
  faults,
  browserName,
}) => {
  skipWherePagesAreNotPrerendered(browserName)
  // The promo waits for a framework that never comes, and so for its deadline.
  const { scene, find } = createTelling({
    slots: { hero: { deadlineMs: LONG_MS }, promo: { deadlineMs: LONG_MS, defer: true } },
    profile: send(toReply([HERO_DECISION, { ...HERO_DECISION, slot: 'promo', content: { text: 'Promo variant' } }])),
  })
  const wait = script('const wait = () => unblink.slots.promo.shownAt ? tell("promo") : setTimeout(wait, 50); wait()')
  const next = faults.open({ ...scene, after: scene.after + wait })
  const first = createTelling()
  const rules = `<script type="speculationrules">{"prerender":[{"urls":["${next.url}"],"eagerness":"immediate"}]}</script>`
  const leave = script(`addEventListener('load', () => setTimeout(() => { location.href = '${next.url}' }, 6000))`)
  await bare.open(faults.open({ ...first.scene, before: rules, after: leave }).url)
  await expect.poll(() => find('start')?.isPrerendering, { timeout: 20_000 }).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  expect(next.events()).toEqual([])
  const shown = { text: VARIANT_TEXT, isVisible: true, promo: 1 }
  await expect.poll(() => find('seen'), { timeout: 20_000 }).toMatchObject(shown)
  await expect.poll(() => find('promo')?.promoMs, { timeout: 20_000 }).toBeGreaterThan(LONG_MS - 50)
  await expect.poll(() => next.events().map(({ t }) => t), { timeout: 20_000 }).toContain('exposure')
  const times = next.events().map(({ at }) => at)
  expect(Math.min(...times), 'no event is older than the showing').toBeGreaterThanOrEqual(find('seen')!.at - 1_000)
  expect(next.events().filter(({ t }) => t === 'page_view').length).toBe(1)
  const getTimes = () => next.events().flatMap((event) => (event.t === 'engagement' ? [event.p.visibleMs] : []))
  await expect.poll(() => getTimes().length, { timeout: 20_000 }).toBeGreaterThan(0)
  expect(Math.max(...getTimes()), 'time counts from the showing').toBeLessThanOrEqual(
    Date.now() - find('seen')!.at + 1_000,
  )
})

test('A27 a page that was prerendered and never shown counts for nothing', async ({ bare, faults, browserName }) => {
  skipWherePagesAreNotPrerendered(browserName)
  const { scene, find } = createTelling()
  const next = faults.open(scene)
  const rules = `<script type="speculationrules">{"prerender":[{"urls":["${next.url}"],"eagerness":"immediate"}]}</script>`
  await bare.open(faults.open({ before: rules }).url)
  await expect.poll(() => find('start')?.isPrerendering, { timeout: 20_000 }).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 6_000))
  expect(next.events()).toEqual([])
  expect(next.received.filter(({ path }) => path === 'u/v1/e')).toEqual([])
})

test('A25 a page that was left while its slot was hidden shows it when the back/forward cache brings it back', async ({
  bare,
  faults,
  browserName,
}) => {
  test.skip(browserName !== 'chromium', 'the Firefox of these tests brings no such page back from its cache')
  const leave = `addEventListener('pageshow', ({ persisted }) => persisted
    ? requestAnimationFrame(() => requestAnimationFrame(() => tell('back')))
    : setTimeout(() => { tell('gone'); location.href = 'away' }, 100))`
  const { scene, find } = createTelling({
    profile: hang,
    slots: { hero: { deadlineMs: LONG_MS }, promo: { deadlineMs: LONG_MS } },
  })
  const away: Handler = ({ response }) =>
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(script(`addEventListener('pageshow', () => setTimeout(() => history.back(), ${LONG_MS}))`))
  await bare.open(faults.open({ ...scene, after: scene.after + script(leave), files: { ...scene.files, away } }).url)
  await expect.poll(() => find('back'), { timeout: 20_000 }).toMatchObject({ isVisible: true, text: BASELINE_TEXT })
  expect(find('gone'), 'it was hidden when it was left').toMatchObject({ isVisible: false, promo: 1 })
})
