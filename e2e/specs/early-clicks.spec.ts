import type { AnyEvent } from '@unblink/protocol'
import { startDisplay } from '@unblink/testing'
import { findProgram } from '../../scripts/ensure.mjs'
import { script, type Exchange, type Scene } from '../support/faultPage.ts'
import type { OpenScene } from '../support/faultSite.ts'
import { expect, withSite as test } from '../support/faultTest.ts'
import { startWebKit } from '../support/webkit.ts'

/** What is done before the runtime has come, `$NEXT` being where it leads. */
const ACTS = {
  'a link': ['<a id="go" href="$NEXT?secret=1#x"><b>Go</b></a>', 'go.firstChild.click()'],
  'a form': ['<form id="ask" action="$NEXT"><input name="parentNode"></form>', 'ask.requestSubmit()'],
  'a button that leads on': [
    '<button id="go">Go</button>',
    'go.onclick = () => { location.href = "$NEXT" }; go.click()',
  ],
} as const

/** When the next page comes and when the runtime does, ms; none: never. `npm test` has time for the first two. */
const ALL_TIMES: Readonly<Record<string, readonly [nextMs: number, runtimeMs?: number]>> = {
  'the next page 0.1 s later, the runtime 0.4 s after the page': [100, 400],
  'the next page 0.5 s later, no runtime': [500],
  'the next page 0.5 s later, a slow runtime': [500, 2_000],
  'the next page 0.1 s later, no runtime': [100],
  'the next page 1.5 s later, the runtime 0.4 s after the page': [1_500, 400],
}
const TIMES = Object.entries(ALL_TIMES).slice(0, process.env['UNBLINK_SPECS'] ? 2 : undefined)

const answerIn =
  (ms: number | undefined) =>
  ({ answer }: Exchange) => {
    if (ms !== undefined) setTimeout(answer, ms)
  }

const early = (html: string, act: string, nextMs: number, runtimeMs: number | undefined, more: Scene = {}): Scene => ({
  isReturning: true,
  earlyClicks: true,
  body: [`<section data-unblink="hero">Hero</section><div id="early">${html}</div>${script(act)}`],
  runtime: answerIn(runtimeMs),
  files: { next: ({ response }) => void setTimeout(() => response.end('<title>Next</title>'), nextMs) },
  ...more,
})

const getTold = (scene: OpenScene) => scene.events().filter(({ t }) => /interaction|conversion|custom/.test(t))
const getInteractions = (scene: OpenScene) =>
  scene.events().flatMap((event: AnyEvent) => (event.t === 'interaction' ? [event.p] : []))

for (const [what, [html, act]] of Object.entries(ACTS))
  for (const [when, [nextMs, runtimeMs]] of TIMES)
    test(`${what} is stored once: ${when}`, async ({ page, faults }) => {
      const lead = (text: string) => text.replace('$NEXT', 'next')
      const scene = faults.open(early(lead(html), lead(act), nextMs, runtimeMs))
      await page.goto(scene.url, { waitUntil: 'commit' })
      await page.waitForURL('**/next*')
      // What the runtime has kept, where it came, goes out with the next page.
      await page.goto(faults.open({ isReturning: true }).url)
      await expect.poll(() => getInteractions(scene).length, { timeout: 20_000 }).toBe(1)
      await page.waitForTimeout(300)
      expect(getInteractions(scene)).toEqual([
        what === 'a form'
          ? { kind: 'submit', target: 'form#ask' }
          : {
              kind: 'click',
              target: what === 'a link' ? 'a#go' : 'button#go',
              ...(what === 'a link' && { href: `${new URL(scene.url).pathname}next` }),
            },
      ])
    })

const CLICK_WHEN_THERE = script(`(function leave() {
  const link = document.querySelector('#cta')
  if (link) link.click()
  else setTimeout(leave, 20)
})()`)

test('a link off the site is stored, with the slot that it is in and what that shows', async ({ page, faults }) => {
  const away = faults.open()
  const scene = faults.open({
    earlyClicks: true,
    body: ['<section data-unblink="hero">Hero</section>', CLICK_WHEN_THERE],
    variant: `<div class="variant"><a id="cta" href="${away.foreignUrl}">Away</a></div>`,
    runtime: () => {},
  })
  await page.goto(scene.url, { waitUntil: 'commit' })
  await page.waitForURL(away.foreignUrl)
  await expect
    .poll(() => getInteractions(scene))
    .toEqual([
      { kind: 'click', target: 'a#cta', href: away.foreignUrl, slot: 'hero', experience: 'welcome', variant: 'green' },
    ])
})

test('a link to a new tab is stored once, whether the runtime comes or not', async ({ page, faults }) => {
  for (const runtimeMs of [undefined, 600]) {
    const html = '<a id="go" target="_blank" href="next">Go</a>'
    const scene = faults.open(early(html, 'go.click()', 0, runtimeMs))
    await page.goto(scene.url, { waitUntil: 'commit' })
    await page.waitForTimeout(1_000)
    await page.goto(faults.open({ isReturning: true }).url)
    await expect.poll(() => getInteractions(scene).length).toBe(1)
    await page.waitForTimeout(300)
    expect(getInteractions(scene)).toMatchObject([{ kind: 'click', target: 'a#go' }])
  }
})

const PUSHES = `unblink.push('conversion', { goal: 'order', value: 5, currency: 'EUR' })
  unblink.push('event', 'asked', { who: 'ann@example.org', nr: 1 }); const loop = {}; loop.loop = loop; unblink.push('event', 'loop', loop)`
const LINK = '<a id="go" href="next">Go</a>'

test('what was pushed is stored, too; one that cannot be read costs only itself', async ({ page, faults }) => {
  const scene = faults.open(early(LINK, `${PUSHES}; go.click()`, 100, undefined))
  await page.goto(scene.url, { waitUntil: 'commit' })
  await page.waitForURL('**/next*')
  await expect
    .poll(() => getTold(scene).map(({ t, n, p }) => [t, n, p]))
    .toEqual([
      ['conversion', 0, { goal: 'order', value: 5, currency: 'EUR' }],
      ['custom', 1, { name: 'asked', props: { who: '[removed]', nr: 1 } }],
      ['interaction', 2, expect.objectContaining({ target: 'a#go' })],
    ])
})

test('what the page pushes while it is being hidden is stored, too', async ({ page, faults }) => {
  const listen = `document.addEventListener('visibilitychange', () => unblink.push('event', 'left'))`
  const scene = faults.open(early(LINK, `${listen}; go.click()`, 100, undefined))
  await page.goto(scene.url, { waitUntil: 'commit' })
  await page.waitForURL('**/next*')
  await expect.poll(() => getTold(scene).map(({ t }) => t)).toEqual(['interaction', 'custom'])
})

const GPC = script('Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true })')
const WITHHELD: Readonly<Record<string, [Scene, string?]>> = {
  'consent is pending': [{ consent: { personalization: 'pending', analytics: 'pending' } }],
  'analytics are denied': [{ consent: { personalization: 'granted', analytics: 'denied' } }],
  'the page has pushed a denial': [{}, `unblink.push('consent', { analytics: 'denied' })`],
  'the visitor has Global Privacy Control': [{ before: GPC }],
}
for (const [why, [more, push = '']] of Object.entries(WITHHELD))
  test(`nothing is sent where ${why}`, async ({ page, faults }) => {
    const scene = faults.open(early(LINK, `${push}; go.click()`, 100, undefined, more))
    await page.goto(scene.url, { waitUntil: 'commit' })
    await page.waitForURL('**/next*')
    await page.waitForTimeout(300)
    expect(scene.received.map(({ path }) => path)).not.toContain('u/v1/e')
  })

test('a grant that the page has pushed counts, and a new visitor is made by the profile request alone', async ({
  page,
  faults,
}) => {
  const pending = { personalization: 'pending', analytics: 'pending' } as const
  const push = `unblink.push('consent', { personalization: 'granted', analytics: 'granted' })`
  const scene = faults.open(early(LINK, `${push}; go.click()`, 100, undefined, { consent: pending }))
  await page.goto(scene.url, { waitUntil: 'commit' })
  await page.waitForURL('**/next*')
  await expect.poll(() => getInteractions(scene).length).toBe(1)
  expect(scene.received.find(({ path }) => path === 'u/v1/e')?.setCookie).toEqual([])
})

test('WebKitGTK: all of it is stored once', async ({ browserName, faults }) => {
  test.skip(browserName !== 'chromium', 'driven without Playwright, so once for all its projects')
  test.skip(!findProgram('webkit'), 'WebKitWebDriver is not installed')
  const display = await startDisplay()
  const session = await startWebKit(display)
  try {
    for (const [html, act] of Object.values(ACTS))
      for (const [, [nextMs, runtimeMs]] of TIMES.slice(0, 4)) {
        const lead = (text: string) => text.replace('$NEXT', 'next')
        const scene = faults.open(early(lead(html), lead(act), nextMs, runtimeMs))
        // A page that is left by itself before it has loaded may never be told as loaded.
        void session.goto(scene.url).catch(() => {})
        await expect.poll(() => scene.received.some(({ path }) => path === 'next'), { timeout: 15_000 }).toBe(true)
        await expect.poll(() => session.evaluate('document.title').catch(() => ''), { timeout: 15_000 }).toBe('Next')
        await session.goto(faults.open({ isReturning: true }).url)
        await expect.poll(() => getInteractions(scene).length, { timeout: 20_000 }).toBe(1)
      }
  } finally {
    await session.close()
    await display.close()
  }
})
