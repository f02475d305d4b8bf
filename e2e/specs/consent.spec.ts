import type { ConsentState } from '@unblink/protocol'
import type { Page } from '@playwright/test'
import { expect, test, type IdentitySite } from '../support/identitySite.ts'
import { watchStorage } from '../support/watchStorage.ts'

const both = (state: ConsentState) => ({ personalization: state, analytics: state })
const whenReady = (page: Page) => page.waitForFunction(() => window.unblink?.place && window.unblink.reply)
const slot = (page: Page, name: string) => page.locator(`[data-unblink=${name}]`)
const push = <T>(page: Page, ...command: unknown[]) =>
  page.evaluate((given) => window.unblink!.push(...given) as T, command)
const readTouches = (page: Page) =>
  page.evaluate(() => (window as unknown as { storageWitness: { touches: string[] } }).storageWitness.touches)

/** Whatever a visitor and a page may do: all of it makes events, and some of it asks what is remembered. */
async function live(page: Page) {
  await whenReady(page)
  await page.mouse.move(100, 100)
  await page.mouse.move(300, 200, { steps: 5 })
  await page.mouse.wheel(0, 200)
  await page.getByRole('button', { name: 'Go' }).click()
  await push(page, 'event', 'step')
  await push(page, 'conversion', { goal: 'bought' })
  await push(page, 'explain')
  await page.evaluate(() => window.unblink!.push('dismiss', 'hero'))
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide')))
  // Longer than any of our timers that would write something down.
  await page.waitForTimeout(1_500)
}

/** What in a request tells one visitor from another. */
const findIds = ({ heard }: IdentitySite) =>
  heard.flatMap(({ path, cookie, body, setCookie }) => [
    ...(cookie ? [`${path} cookie ${cookie}`] : []),
    ...setCookie.map((value) => `${path} set-cookie ${value}`),
    ...(/"visitor"|"session":"[^"]/.test(body) ? [`${path} body ${body}`] : []),
  ])

test('before there is consent, no storage of any kind is touched, and everyone’s content is shown', async ({
  page,
  open,
}) => {
  const site = await open({ consent: both('pending') })
  await page.addInitScript(watchStorage)
  await page.goto(site.url())
  await expect(slot(page, 'hero')).toHaveText('Welcome')
  await live(page)
  expect(await readTouches(page)).toEqual([])
  expect(findIds(site)).toEqual([])
  expect(site.heard.filter(({ path }) => path.endsWith('/e'))).toEqual([])

  // The ear hears: with consent, the same page writes down what it had kept in memory.
  await push(page, 'consent', both('granted'))
  await expect.poll(() => readTouches(page)).toEqual(expect.arrayContaining(['localStorage', 'indexedDB']))
  await page.goto('about:blank')
  await expect.poll(() => site.rows("SELECT type FROM events WHERE type = 'conversion'")).toHaveLength(1)
})

for (const [name, prepare, rules] of [
  ['it is denied', undefined, { consent: both('denied') }],
  [
    'the browser sends Global Privacy Control',
    () => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }),
    {},
  ],
] as const)
  test(`B18 after ${name}, nothing identifies: no id, no cookie, no event, and nothing is kept`, async ({
    page,
    open,
  }) => {
    const site = await open(rules)
    if (prepare) {
      await page.addInitScript(prepare)
      // What the engine itself would send beside.
      await page.setExtraHTTPHeaders({ 'sec-gpc': '1' })
    }
    await page.goto(site.url())
    await expect(slot(page, 'hero')).toHaveText('Welcome')
    await live(page)
    expect(await push(page, 'identify', { user: 'u-17', proof: 'x' })).toBe(false)
    expect(findIds(site)).toEqual([])
    expect(site.heard.map(({ path }) => path).filter((path) => !/\/v1\/(p|m)$/.test(path))).toEqual([])
    expect(await page.context().cookies()).toEqual([])
    expect(await page.evaluate(async () => [Object.keys(localStorage), await indexedDB.databases()])).toEqual([[], []])
    expect(site.rows('SELECT * FROM events')).toEqual([])
    expect(site.rows('SELECT * FROM profiles')).toEqual([])
  })

test('what is withdrawn is erased, in the page and on the server, and does not come back', async ({ page, open }) => {
  const site = await open()
  await page.goto(site.url())
  await whenReady(page)
  expect(await push(page, 'conversion', { goal: 'bought' })).toBe(true)
  await page.reload()
  await whenReady(page)
  await expect.poll(() => site.rows('SELECT visitor FROM profiles')).toHaveLength(1)
  // Under way while the visitor says no.
  void push(page, 'event', 'last').catch(() => {})
  await push(page, 'consent', both('denied'))
  await expect.poll(() => site.rows('SELECT visitor FROM profiles')).toEqual([])
  await expect.poll(() => site.rows('SELECT visitor FROM events WHERE visitor IS NOT NULL')).toEqual([])
  await expect.poll(() => page.context().cookies()).toEqual([])
  expect(await page.evaluate(async () => [Object.keys(localStorage), await indexedDB.databases()])).toEqual([[], []])

  site.heard.splice(0)
  await push(page, 'event', 'after')
  await page.goto('about:blank')
  await page.waitForTimeout(300)
  expect(findIds(site)).toEqual([])
  expect(site.rows('SELECT visitor FROM profiles')).toEqual([])
})

test('what was said on an earlier page takes the cookie away, too', async ({ page, open }) => {
  const site = await open()
  await page.goto(site.url())
  await whenReady(page)
  await expect.poll(async () => (await page.context().cookies()).map(({ name }) => name)).toContain('ub_v')
  // The site's own page now says no before ours does.
  await page.evaluate(async () => {
    const { source } = window.unblink!
    const body = JSON.stringify({ ...(JSON.parse(source) as object), consent: 'denied', analytics: 'denied' })
    await fetch('/u/v1/p', { method: 'POST', body })
  })
  expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('ub_v')
})

test('with consent to analytics alone, events are kept and are nobody’s', async ({ page, open }) => {
  const site = await open({ consent: { personalization: 'denied', analytics: 'granted' } })
  await page.goto(site.url())
  await whenReady(page)
  await push(page, 'conversion', { goal: 'bought' })
  await page.goto('about:blank')
  await expect
    .poll(() => site.rows("SELECT visitor FROM events WHERE type = 'conversion'"))
    .toEqual([{ visitor: null }])
  expect(site.heard.flatMap(({ cookie, setCookie }) => [cookie, ...setCookie]).filter(Boolean)).toEqual([])
  expect(site.rows('SELECT * FROM profiles')).toEqual([])
})
