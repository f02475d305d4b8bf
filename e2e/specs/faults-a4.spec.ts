import { startDisplay } from '@unblink/testing'
import { startBareChromium, type BareChromium } from '../support/bareChromium.ts'
import { script, VARIANT_TEXT, type Scene } from '../support/faultPage.ts'
import { readBody } from '../support/faultSite.ts'
import { expect, test as base } from '../support/faultTest.ts'

/** Rows about pages that nobody sees yet. No driver may look at them either, so they tell by themselves what they see. */
const test = base.extend<{ chromium: BareChromium }>({
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
  test.skip(
    browserName !== 'chromium',
    'Firefox and WebKitGTK do not prerender, and their drivers open no tab behind another',
  )
})

interface Told {
  /** Epoch milliseconds. */
  readonly at: number
  readonly what: 'start' | 'seen' | 'hidden'
  readonly isPrerendering: boolean
  readonly visibility: string
  readonly text: string
  readonly isVisible: boolean
}

/** A scene that tells when it began, when it was seen (two frames after it came in front) and when it went away. */
function createTelling(more: Scene = {}) {
  const told: Told[] = []
  const code = `const tell = (what) => { const hero = findHero(); const words = hero ? hero.textContent.replace(/\\s+/g, ' ').trim() : ''
    navigator.sendBeacon('tell', JSON.stringify({ what, at: Date.now(), isPrerendering: !!document.prerendering,
      visibility: document.visibilityState, text: words, isVisible: isVisible(hero) })) }
    const look = () => requestAnimationFrame(() => requestAnimationFrame(() => tell('seen')))
    tell('start'); if (document.visibilityState === 'visible' && !document.prerendering) look()
    addEventListener('visibilitychange', () => document.visibilityState === 'visible' ? look() : tell('hidden'), true)`
  const scene: Scene = {
    after: script(code),
    files: {
      tell: async ({ request, response }) => {
        told.push(JSON.parse(await readBody(request)) as Told)
        response.end()
      },
    },
    ...more,
  }
  return { scene, told, find: (what: Told['what']) => told.find((one) => one.what === what) }
}

test('A25 a tab that was opened behind: whole when it is shown, and hidden time does not count', async ({
  chromium,
  faults,
}) => {
  const { scene, told, find } = createTelling({ deadlineMs: 400 })
  const open = faults.open(scene)
  const front = await chromium.open('about:blank')
  const tab = await chromium.open(open.url, true)
  await expect.poll(() => find('start')?.visibility).toBe('hidden')
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  expect(find('seen')).toBeUndefined()
  await chromium.show(tab)
  await expect.poll(() => find('seen')).toMatchObject({ isVisible: true })
  await new Promise((resolve) => setTimeout(resolve, 700))
  await chromium.show(front)
  await expect.poll(() => told.filter(({ what }) => what === 'hidden').length).toBeGreaterThan(0)
  await expect.poll(() => open.events().map(({ t }) => t), { timeout: 20_000 }).toContain('engagement')

  const seenAt = find('seen')!.at
  const seenMs = told.filter(({ what }) => what === 'hidden').at(-1)!.at - seenAt
  const exposures = open.events().flatMap((event) => (event.t === 'exposure' && event.p.slot === 'hero' ? [event] : []))
  expect(exposures.length).toBe(1)
  expect(exposures[0]!.p.outcome === 'variant').toBe(find('seen')!.text === VARIANT_TEXT)
  expect(exposures[0]!.at, 'exposed no earlier than it could be seen').toBeGreaterThanOrEqual(seenAt - 100)
  for (const event of open.events())
    if (event.t === 'engagement') expect(event.p.visibleMs).toBeLessThanOrEqual(seenMs + 250)
})

test('A27 a prerendered page: no event before it is shown, and its variant when it is', async ({
  chromium,
  faults,
}) => {
  const { scene, find } = createTelling()
  const next = faults.open(scene)
  const first = createTelling()
  const rules = `<script type="speculationrules">{"prerender":[{"urls":["${next.url}"],"eagerness":"immediate"}]}</script>`
  const leave = script(`addEventListener('load', () => setTimeout(() => { location.href = '${next.url}' }, 6000))`)
  await chromium.open(faults.open({ ...first.scene, before: rules, after: leave }).url)
  await expect.poll(() => find('start')?.isPrerendering, { timeout: 20_000 }).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  expect(next.events()).toEqual([])
  await expect.poll(() => find('seen'), { timeout: 20_000 }).toMatchObject({ text: VARIANT_TEXT, isVisible: true })
  await expect.poll(() => next.events().map(({ t }) => t), { timeout: 20_000 }).toContain('exposure')
  const times = next.events().map(({ at }) => at)
  expect(Math.min(...times), 'no event is older than the showing').toBeGreaterThanOrEqual(find('seen')!.at - 1_000)
  expect(next.events().filter(({ t }) => t === 'page_view').length).toBe(1)
})

test('A27 a page that was prerendered and never shown counts for nothing', async ({ chromium, faults }) => {
  const { scene, find } = createTelling()
  const next = faults.open(scene)
  const rules = `<script type="speculationrules">{"prerender":[{"urls":["${next.url}"],"eagerness":"immediate"}]}</script>`
  await chromium.open(faults.open({ before: rules }).url)
  await expect.poll(() => find('start')?.isPrerendering, { timeout: 20_000 }).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 6_000))
  expect(next.events()).toEqual([])
  expect(next.received.filter(({ path }) => path === 'u/v1/e')).toEqual([])
})
