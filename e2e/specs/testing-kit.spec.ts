import { test as base, type Page } from '@playwright/test'
import { parseProfileReply } from '@unblink/protocol'
import { flickerMatchers, unblinkFixture, type UnblinkFixtures } from '@unblink/testing'
import { createUnblinkHandlers } from '@unblink/testing/handlers'
import { getResponse } from 'msw'
import {
  BASELINE,
  startKitSite,
  toContent,
  VARIANT,
  type KitSite,
  type KitSiteOptions,
} from '../support/kit/startKitSite.ts'
import { startReactShop } from '../support/react/startReactShop.ts'

/** As docs/testing.md says it: a site that is served by itself, and decisions that the test makes. */
const test = base.extend<UnblinkFixtures & { start: (options?: KitSiteOptions) => Promise<KitSite> }>({
  ...unblinkFixture,
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
  start: async ({}, use) => {
    const sites: KitSite[] = []
    await use(async (options) => {
      const site = await startKitSite(options)
      sites.push(site)
      return site
    })
    for (const site of sites) await site.close()
  },
})
const expect = base.expect.extend(flickerMatchers)

/** What waits is sent at once, as when the page is left; else it would be after five seconds. */
const hurry = (page: Page) => page.evaluate(() => dispatchEvent(new Event('pagehide')))

/** What an earlier reply has left for the next view. */
const forget = async (page: Page) => {
  await page.context().clearCookies()
  await page.evaluate(() => localStorage.clear())
}

const HERO = { hero: { selector: '[data-unblink=hero]', baseline: BASELINE, variant: VARIANT } }
const GREEN = { experience: 'welcome', variant: 'green', content: toContent('Hello') }

test('the fixture decides, judges frames, and hears what was sent', async ({ page, unblink, start }) => {
  const site = await start({ deadlineMs: 3_000 })
  unblink.decide({ hero: GREEN, promo: { experience: 'offer', variant: 'control', reason: 'split' } })
  await unblink.flicker(HERO, { sources: ['dom'] })
  await page.goto(site.url('/loans'))
  await expect(page.locator('[data-unblink=hero]')).toHaveText('Hello')
  await expect(page).toHaveNoFlicker()
  await hurry(page)
  const shown = await unblink.received.waitForEvent('exposure', ({ p }) => p.slot === 'hero')
  expect(shown.p).toMatchObject({ experience: 'welcome', variant: 'green', outcome: 'variant' })
  expect(unblink.received.exposures('promo')).toMatchObject([{ variant: 'control', outcome: 'control' }])
  expect(unblink.received.profileRequests).toMatchObject([{ key: 'pk_test', slots: { hero: {}, promo: {} } }])
  expect(unblink.received.refused).toEqual([])
  expect(site.requests.filter((request) => request.includes('/v1/'))).toEqual([])

  unblink.decide({ hero: { ...GREEN, variant: 'blue', content: toContent('Hello again') } })
  unblink.received.clear()
  await forget(page)
  await page.reload()
  await expect(page.locator('[data-unblink=hero]')).toHaveText('Hello again')
  await hurry(page)
  await unblink.received.waitForEvent('exposure', ({ p }) => p.variant === 'blue')
})

test('every failure of the profile leaves the default, and is told apart', async ({ page, unblink, start }) => {
  const site = await start({ deadlineMs: 600 })
  const cases = [
    ['/network', { fail: 'network' }, 'error'],
    ['/status', { fail: 500 }, 'error'],
    ['/hang', { fail: 'hang' }, 'timeout'],
    ['/late', { fail: undefined, delayMs: 1_500 }, 'timeout'],
  ] as const
  unblink.decide({ hero: GREEN })
  for (const [path, behaviour, outcome] of cases) {
    unblink.set(behaviour)
    await page.goto(site.url(path))
    // Batches of the page before may be sent again, so the exposure has to be of this one.
    const told = unblink.received.waitForEvent('exposure', ({ lo, p }) => lo === path && p.slot === 'hero')
    await page.waitForFunction(() => window.unblink && 'place' in window.unblink)
    const hurrying = await page.evaluate(() => setInterval(() => dispatchEvent(new Event('pagehide')), 200))
    expect((await told).p.outcome, path).toBe(outcome)
    await page.evaluate((timer) => clearInterval(timer), Number(hurrying))
    await expect(page.locator('[data-unblink=hero]')).toHaveText('Hero default')
    // Else the next view has what came too late, and after three failures nothing is hidden for a while.
    await forget(page)
  }
})

test('what a failing collector has not taken comes later, once', async ({ page, unblink, start }) => {
  const site = await start({ deadlineMs: 3_000 })
  unblink.set({ collector: { fail: 503 } })
  await page.goto(site.url())
  await page.waitForFunction(() => window.unblink && 'place' in window.unblink)
  await page.evaluate(() => window.unblink!.push('event', 'kept'))
  const answered = page.waitForResponse((response) => response.url().endsWith('/v1/e'))
  await hurry(page)
  expect((await answered).status()).toBe(503)
  expect(unblink.received.events).toEqual([])
  unblink.set({ collector: {} })
  await page.goto(site.url('/next'))
  await unblink.received.waitForEvent('custom', ({ p }) => p.name === 'kept')
  await hurry(page)
  expect(unblink.received.events.filter(({ t }) => t === 'custom')).toHaveLength(1)
})

/** The page's own script: everything in the page, as a component test or a story has it. */
const WORKER_PAGE = `
import { setupWorker } from 'msw/browser'
import { createUnblinkHandlers } from '@unblink/testing/handlers'

const kit = createUnblinkHandlers({ decisions: { hero: ${JSON.stringify(GREEN)} } })
await setupWorker(...kit.handlers).start({ quiet: true, onUnhandledRequest: 'bypass' })
// Only now: what the head asks for is gone before a worker can be there.
for (const src of ['/snippet.js', '/u/unblink.js']) {
  const script = document.createElement('script')
  script.src = src
  script.async = false
  document.head.append(script)
}
Object.assign(window, { kit })
`

test('in the page, a worker of msw answers and hears all, beacons too', async ({ page, start, browserName }) => {
  const site = await start({ script: WORKER_PAGE, isBare: true, deadlineMs: 3_000 })
  await page.goto(site.url())
  const told = await page.evaluate(async () => {
    type Kit = ReturnType<typeof createUnblinkHandlers>
    while (!('kit' in window)) await new Promise((resolve) => setTimeout(resolve, 10))
    const { received } = (window as unknown as { kit: Kit }).kit
    // As at the end of a page, which cannot be asked afterwards.
    setInterval(() => dispatchEvent(new Event('pagehide')), 200)
    const exposure = await received.waitForEvent('exposure', ({ p }) => p.slot === 'hero')
    await window.unblink!.push('event', 'beacon')
    const custom = await received.waitForEvent('custom', ({ p }) => p.name === 'beacon')
    return { exposure: exposure.p, custom: custom.p, refused: received.refused }
  })
  // A slot that has been on the screen is not hidden afterwards: the late policy decides.
  expect(told).toMatchObject({ exposure: { slot: 'hero' }, custom: { name: 'beacon' }, refused: [] })
  const past = site.requests.filter((request) => request.includes('/v1/'))
  // Firefox leads a fetch with `keepalive` past the worker; the tracker then repeats it without.
  expect(past.filter((request) => browserName !== 'firefox' || request !== 'POST /u/v1/e')).toEqual([])
})

test('under a fake clock the deadline of the scripts stands still, and that of the engine does not', async ({
  page,
  unblink,
  start,
}) => {
  const site = await start({ deadlineMs: 500 })
  unblink.set({ fail: 'hang' })
  await page.clock.install({ time: new Date('2030-01-01T08:00:00Z') })
  await page.clock.pauseAt(new Date('2030-01-01T09:00:00Z'))
  await page.goto(site.url())
  const hero = page.locator('[data-unblink=hero]')
  const getState = () => page.evaluate(() => window.unblink!.slots['hero']!.state)
  expect(await getState()).toBe(1)
  // The engine's animation ends in real time: the visitor sees the default although no timer has run.
  await expect
    .poll(() =>
      hero.evaluate((element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })),
    )
    .toBe(true)
  expect(await getState()).toBe(1)
  await page.clock.runFor(500)
  expect(await getState()).toBe(3)
})

test('the React example shows the component that the test decides', async ({ page, unblink }) => {
  const shop = await startReactShop()
  const props = { tone: 'bread', kicker: 'Kicker', title: 'From the test', text: 'Text', action: 'Action' }
  unblink.decide({
    'home.hero': { experience: 'hero-bread', variant: 'bread', content: { component: 'Campaign', props } },
  })
  await page.goto(shop.url)
  await expect(page.getByRole('heading', { name: 'From the test' })).toBeVisible()
  const { p } = await unblink.received.waitForEvent('exposure', ({ p }) => p.slot === 'home.hero')
  expect(p).toMatchObject({ variant: 'bread', outcome: 'variant' })
  expect(shop.events('exposure')).toEqual([])
  await shop.close()
})

test('the stand-in answers as the real server does', async ({ start }) => {
  const hero = { id: 'green', content: toContent('Hello') }
  const site = await start({
    rules: { experiences: [{ id: 'welcome', slot: 'hero', kind: 'personalization', variants: [hero] }] },
  })
  const { handlers } = createUnblinkHandlers({ decisions: { hero: GREEN } })
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'text/plain', origin: new URL(site.url('/')).origin }
    const init = { method: 'POST', body: JSON.stringify(body), headers }
    const real = await fetch(site.url(`/u${path}`), init)
    const own = await getResponse([...handlers], new Request(site.url(`/u${path}`), init))
    expect(own!.status, JSON.stringify(body)).toBe(real.status)
    for (const name of ['content-type', 'cache-control'])
      if (real.ok) expect(own!.headers.get(name)).toBe(real.headers.get(name))
    return { real: (await real.json()) as object, own: (await own!.json()) as object }
  }
  const GRANTED = { personalization: 'granted', analytics: 'granted' }
  const request = { v: 1, key: 'pk_test', slots: { hero: {}, promo: {} }, url: '/', referrer: '', consent: GRANTED }
  const varying = { manifest: '', visitor: '', generation: 0, expiresAt: 0 }

  const profile = await post('/v1/p', request)
  expect(Object.keys(profile.own).sort()).toEqual(Object.keys(profile.real).sort())
  expect({ ...profile.own, ...varying }).toEqual({ ...profile.real, ...varying })
  for (const reply of [profile.own, profile.real]) expect(parseProfileReply(reply)).toEqual({ ok: true, value: reply })

  const id = (n: number) => `0199aaaa-0000-7000-8000-00000000000${n}`
  const event = (n: number, over: object = {}) => ({
    ...{ i: id(n), n, pv: id(9), t: 'custom', at: Date.now(), mt: 5, lo: '/', p: { name: 'a' } },
    ...over,
  })
  const batch = (events: readonly object[], over: object = {}) => ({
    ...{ v: 1, key: 'pk_test', session: 's', sentAt: Date.now(), consent: GRANTED, events },
    ...over,
  })
  const bodies = [
    batch([event(1), event(2, { p: {} }), event(3, { t: 'attributes', p: { set: { a: 1 } } })]),
    batch([event(1), event(4)]),
    batch([event(5)], { consent: { personalization: 'granted', analytics: 'denied' } }),
    { v: 1 },
  ]
  for (const body of bodies) {
    const { own, real } = await post('/v1/e', body)
    // What the events have taught goes along with the real one's verdict.
    expect(own, JSON.stringify(body)).toMatchObject(
      'error' in real
        ? real
        : { ok: Reflect.get(real, 'ok'), dup: Reflect.get(real, 'dup'), rej: Reflect.get(real, 'rej'), next: 0 },
    )
  }
  const refused = await post('/v1/p', { v: 1 })
  expect(refused.own).toEqual(refused.real)
})
