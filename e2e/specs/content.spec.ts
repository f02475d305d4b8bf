import { expect } from '@playwright/test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ACTIONS, REFUSED } from '../support/xss/contentCases.ts'
import { script, STRICT, TRUSTED_TYPES, WITH_PURIFY, WITHOUT_SET_HTML } from '../support/xss/contentSite.ts'
import type { SlotContent } from '../support/xss/contentSite.ts'
import { open, readReport, readSlots, test, until } from '../support/xss/contentTest.ts'
import { UNTOUCHABLES } from '../support/xss/values.ts'

const TEMPLATE = '<template id="tpl"><em>T</em></template>'
const expected = ACTIONS.map(({ expected: html }, index) => ({ html: html.replace('@', `x${index}`), state: 2 }))
const getDefaults = (list: readonly SlotContent[]) =>
  list.map(
    ({ baseline = '<p>base</p>', attributes }, index) =>
      `<div data-unblink="x${index}"${attributes ? ` ${attributes}` : ''}>${baseline}</div>`,
  )
/** How an engine writes a slot's start tag, whatever spaces it was written with. */
const tidy = (html: string) => html.replace(/ +>/, '>')

test('every action does what it says, from the first frame in which the slot is seen', async ({ page, site }) => {
  const outcomes = await open(page, site, { slots: ACTIONS, top: TEMPLATE, answerAfterMs: 60 })
  expect(outcomes).toEqual(expected)
  expect(await readReport(page)).toEqual({ fired: [], errors: [], violations: [] })
})

test('under a strict policy with Trusted Types nothing is reported', async ({ page, site }) => {
  const headers = {
    'content-security-policy': `${STRICT.replace("style-src 'unsafe-inline'", "style-src 'none'")}; ${TRUSTED_TYPES}; trusted-types 'none'`,
  }
  const plain = ACTIONS.filter(({ expected: html }) => html)
  const outcomes = await open(page, site, { slots: plain, top: TEMPLATE, headers })
  expect(outcomes).toEqual(expected)
  expect(await readReport(page)).toEqual({ fired: [], errors: [], violations: [] })
})

test('a dismissed slot is as it was before, whatever was done', async ({ page, site }) => {
  await open(page, site, { slots: ACTIONS, top: TEMPLATE })
  const identity = await page.evaluate(`(() => {
    window.marked = document.querySelector('[data-unblink=x10] #b')
    return Object.keys(unblink.slots).map((name) => unblink.push('dismiss', name)).length
  })()`)
  expect(identity).toBe(ACTIONS.length)
  await until(page, `document.querySelector('[data-unblink=x0]').textContent === 'base'`)
  expect((await readSlots(page)).map(({ html }) => tidy(html))).toEqual(getDefaults(ACTIONS))
  expect(await page.evaluate('marked === document.querySelector("[data-unblink=x10] #b")')).toBe(true)
})

test('what cannot be done as a whole is not done at all', async ({ page, site }) => {
  const outcomes = await open(page, site, { slots: REFUSED, top: TEMPLATE })
  expect(outcomes.map(({ html }) => tidy(html))).toEqual(getDefaults(REFUSED))
  expect(outcomes.map(({ cause }) => cause)).toEqual(REFUSED.map(() => 'error'))
  expect(await readReport(page)).toEqual({ fired: [], errors: [], violations: [] })
})

test('what runs or loads by what it holds is left alone', async ({ page, site }) => {
  const slots = UNTOUCHABLES.flatMap((baseline) =>
    [{ text: 'fired(1)' }, { html: '<p>fired(1)</p>' }, { attributes: { title: 'x' } }].map((action) => ({
      content: { ...action, target: baseline.startsWith('<svg>') ? 'svg *' : ':first-child' },
      baseline,
    })),
  )
  const outcomes = await open(page, site, { slots })
  expect(outcomes.map(({ state }) => state)).toEqual(slots.map(() => 3))
  expect(await readReport(page)).toEqual({ fired: [], errors: [], violations: [] })
})

test('an image that only gets another address is decoded before its slot is seen', async ({ page, site }) => {
  const watch = script(`window.seen = []
    const look = () => {
      const slot = document.querySelector('[data-unblink=x0]')
      const image = slot && slot.querySelector('img')
      const isSeen = slot && slot.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && getComputedStyle(slot).clipPath === 'none'
      if (isSeen && image.complete) seen.push(new URL(image.currentSrc).pathname + (image.naturalWidth ? '' : ' empty'))
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)`)
  const outcomes = await open(page, site, {
    slots: [{ content: { target: 'img', src: '/new.svg?ms=500' }, baseline: '<img src="/old.svg" alt="">' }],
    before: watch,
    answerAfterMs: 1,
  })
  expect(outcomes[0]).toMatchObject({ state: 2 })
  await until(page, 'seen.length > 2')
  expect(new Set(await page.evaluate<string[]>('seen'))).toEqual(new Set(['/new.svg']))
  expect(site.requests.filter((path) => path === '/new.svg?ms=500').length).toBe(1)
})

test('an image that takes too long leaves the default, whole', async ({ page, site }) => {
  const slots = [
    { content: { target: 'img', src: '/new.svg?ms=4000', class: 'k' }, baseline: '<img src="/old.svg" alt="">' },
    { content: { attributes: { title: 'T' } } },
  ]
  const outcomes = await open(page, site, { slots, deadlineMs: 2_500 })
  expect(outcomes.map(({ state, cause }) => [state, cause])).toEqual([
    [3, 'timeout'],
    [2, undefined],
  ])
  await sleep(2_000)
  expect(tidy((await readSlots(page))[0]!.html)).toBe('<div data-unblink="x0"><img src="/old.svg" alt=""></div>')
})

test('children that are still to come stay where the content leaves them', async ({ page, site }) => {
  const slots = [
    { content: { style: { color: 'red' } }, baseline: '<p>One</p>|<p>Two</p>' },
    { content: { place: 'append' as const, text: 'Three' }, baseline: '<p>One</p>|<p>Two</p>' },
  ]
  await open(page, site, { slots, dripMs: 150 })
  await page.waitForSelector('#end')
  const texts = await page.locator('[data-unblink]').allTextContents()
  expect(texts).toEqual(['OneTwo', 'OneTwoThree'])
})

test('code that is fetched late is waited for, and when it never comes the default is shown', async ({
  page,
  site,
}) => {
  const slots = [{ content: { style: { color: 'red' } } }]
  const slow = { 'unblink-more.js': 600 }
  const [applied] = await open(page, site, { slots, slow })
  expect(applied).toMatchObject({ state: 2 })
  await page.route('**/unblink-more.js', (route) => route.abort())
  const [left] = await open(page, site, { slots, deadlineMs: 500 })
  expect(left).toMatchObject({ state: 3, cause: 'timeout' })
  expect((await readReport(page)).errors).toEqual([])
})

const HTML: readonly SlotContent[] = [
  { content: { html: '<h2 class="x">Hi &amp; <b>you</b></h2><script>fired(1)</script>' } },
]

test('without setHTML, markup goes through the page’s own sanitizer', async ({ page, site }) => {
  const [slot] = await open(page, site, { slots: HTML, before: WITHOUT_SET_HTML, after: WITH_PURIFY })
  expect(slot).toEqual({ html: '<div data-unblink="x0"><h2 class="x">Hi &amp; <b>you</b></h2></div>', state: 2 })
})

test('without setHTML and without a sanitizer, the text is shown', async ({ page, site }) => {
  const headers = { 'content-security-policy': `${STRICT}; ${TRUSTED_TYPES}; trusted-types unblink` }
  const [slot] = await open(page, site, { slots: HTML, before: WITHOUT_SET_HTML, headers })
  expect(slot).toEqual({ html: '<div data-unblink="x0">Hi &amp; you</div>', state: 2 })
  expect(await readReport(page)).toEqual({ fired: [], errors: [], violations: [] })
})

test('a sanitizer that returns a string is told of, and the text is shown', async ({ page, site }) => {
  const warnings: string[] = []
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()))
  const after = script(`unblink.push('sanitizer', (html) => html)`)
  const [slot] = await open(page, site, { slots: HTML, before: WITHOUT_SET_HTML, after })
  expect(slot).toEqual({ html: '<div data-unblink="x0">Hi &amp; you</div>', state: 2 })
  expect(warnings.join()).toContain('RETURN_DOM_FRAGMENT')
})

test('a late content of any kind fades in, and can be taken back', async ({ page, site }) => {
  const slots = [{ content: { target: 'p', text: 'late', class: 'k', style: { color: 'red' } } }]
  await page.goto(site.open({ slots, late: 'fade', deadlineMs: 50, answerAfterMs: 700 }))
  await until(page, 'unblink.slots.x0.state === 4')
  await until(page, `!document.querySelector('[data-unblink=x0] [aria-hidden]')`)
  const changed = '<div data-unblink="x0"><p class="k" style="color: red;">late</p></div>'
  expect(tidy((await readSlots(page))[0]!.html)).toBe(changed)
  await page.evaluate(`unblink.push('dismiss', 'x0')`)
  await until(page, `document.querySelector('[data-unblink=x0]').textContent === 'base'`)
  expect(tidy((await readSlots(page))[0]!.html)).toBe('<div data-unblink="x0"><p>base</p></div>')
})
