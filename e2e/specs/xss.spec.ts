import { expect } from '@playwright/test'
import type { Content } from '@unblink/protocol'
import { renderContent } from '@unblink/decide/template'
import { startDisplay } from '@unblink/testing'
import { findProgram } from '../../scripts/ensure.mjs'
import { startWebKit, type WebKitSession } from '../support/webkit.ts'
import { ADDRESSES, ENCODED_ADDRESSES } from '../support/xss/addresses.ts'
import { STRICT, TRUSTED_TYPES, WITHOUT_SET_HTML, WITH_PURIFY } from '../support/xss/contentSite.ts'
import type { ContentPage, ContentSite, SlotContent } from '../support/xss/contentSite.ts'
import { test as withContent } from '../support/xss/contentTest.ts'
import { readXss } from '../support/xss/judgeXss.ts'
import { CLOBBERS, CRASHERS } from '../support/xss/clobbers.ts'
import { MARKUP } from '../support/xss/markup.ts'
import { ATTRIBUTE_NAMES, BREAKOUTS, CSS_DECLARATIONS } from '../support/xss/values.ts'
import { provokeXss } from '../support/xss/watchXss.ts'

/** What drives an engine, whoever brings it. */
interface Driver {
  goto(url: string): Promise<unknown>
  evaluate<T>(expression: string): Promise<T>
}

const test = withContent.extend<object, { webkit: WebKitSession }>({
  webkit: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
    async ({}, use) => {
      const display = await startDisplay()
      const session = await startWebKit(display)
      await use(session)
      await session.close()
      await display.close()
    },
    { scope: 'worker' },
  ],
})
test.use({ trace: 'off', screenshot: 'off' })
test.setTimeout(90_000)
type Found = ReturnType<typeof readXss>

/** So many slots in a page: one that is full of broken markup costs every other one a little. */
const SLOTS = 260

async function until(driver: Driver, expression: string): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end;)
    if (await driver.evaluate<boolean>(`!!(${expression})`)) return
    else await new Promise((resolve) => setTimeout(resolve, 40))
  throw new Error(`This never became true in the page: ${expression}`)
}

/** Opens a page whose slots get the contents, does with them what a visitor might, and reads what became of them. */
async function provoke(driver: Driver, site: ContentSite, page: ContentPage): Promise<Found> {
  // A busy machine may take seconds for so many slots, and what is not placed by its deadline has not been tested.
  const url = site.open({ deadlineMs: 15_000, ...page })
  await driver.goto(url)
  await until(driver, 'unblink.place && Object.values(unblink.slots).every(({ state }) => state > 1)')
  await driver.evaluate(`(${provokeXss.toString()})()`)
  await until(driver, 'window.isProvoked')
  expect(await driver.evaluate('location.href'), 'the page is where it was').toBe(url)
  return driver.evaluate(`(${readXss.toString()})()`)
}

const HARMLESS = {
  fired: [],
  errors: [],
  violations: [],
  handlers: [],
  elements: [],
  links: [],
  unseen: [],
  isHostWhole: true,
}

/** Holds for all contents, however many pages they take: nothing ran, nothing that could is left. Returns how many were placed. */
async function expectHarmless(
  driver: Driver,
  site: ContentSite,
  slots: readonly SlotContent[],
  page: Omit<ContentPage, 'slots'> = {},
): Promise<number> {
  let all = 0
  site.canaries.length = 0
  for (let from = 0; from < slots.length; from += SLOTS) {
    const { applied, ...found } = await provoke(driver, site, { ...page, slots: slots.slice(from, from + SLOTS) })
    expect.soft(found, `contents ${from} to ${from + SLOTS}`).toEqual(HARMLESS)
    all += applied
  }
  expect.soft(site.canaries, 'what has been asked of an origin that only payloads know').toEqual([])
  return all
}

/** Engines report the handlers of markup that they are only taking to pieces; of Trusted Types there is nothing to report. */
async function expectHarmlessUnderPolicy(
  driver: Driver,
  site: ContentSite,
  slots: readonly SlotContent[],
  page: Omit<ContentPage, 'slots'>,
): Promise<void> {
  for (let from = 0; from < slots.length; from += SLOTS) {
    const { applied: _, ...found } = await provoke(driver, site, { ...page, slots: slots.slice(from, from + SLOTS) })
    const violations = found.violations.filter((violation) => /trusted-types/.test(violation))
    expect.soft({ ...found, violations }).toEqual(HARMLESS)
  }
}

const asHtml = (html: string): SlotContent => ({ content: { html } })
const ALL_ADDRESSES = [...ADDRESSES, ...ENCODED_ADDRESSES]

/** Where a visitor's attribute may stand in a content; each is filled by the same function on the server and in the page. */
const TEMPLATES: readonly SlotContent[] = [
  { content: { html: '<p>{{v}}</p>' } },
  { content: { html: '<p title="{{v}}" data-x=\'{{v}}\'>{{{v}}}{{&v}}</p>' } },
  { content: { html: '<p title={{v}}>x</p>' } },
  { content: { html: '<a href="/go?{{v}}#{{v}}">{{#v}}{{.}}{{/v}}</a>' } },
  { content: { text: '{{v}} {{{v}}}' } },
  {
    content: {
      text: 'x',
      attributes: { title: '{{v}}', 'data-x': '{{{v}}}', 'aria-label': '{{v}}', href: '/go?{{v}}' },
    },
    tag: 'a',
  },
]

const fillAll = (values: readonly string[]): SlotContent[] =>
  values.flatMap((v, index) =>
    // Markup from two positions for each value, all positions for all values over the whole list.
    [TEMPLATES[index % TEMPLATES.length]!, TEMPLATES[(index + 1) % TEMPLATES.length]!].map((slot) => ({
      ...slot,
      content: renderContent(slot.content, { v }),
    })),
  )

const ATTRIBUTES: readonly SlotContent[] = ATTRIBUTE_NAMES.flatMap((name, index) =>
  [...ADDRESSES, ...BREAKOUTS]
    .filter((_, at) => at % 24 === index % 24 || name === 'href')
    .map((value, at) => ({
      // JSON, because that is how it comes: there `__proto__` is a name like any other.
      content: JSON.parse(`{"text":"ok","attributes":{${JSON.stringify(name)}:${JSON.stringify(value)}}}`) as Content,
      tag: ['a', 'div', 'button'][at % 3]!,
    })),
)

const SOURCES: readonly SlotContent[] = ADDRESSES.flatMap((address) => [
  { content: { target: 'img', src: address }, baseline: '<img src="/ok.svg" alt="">' },
  {
    content: { target: 'source', srcset: `${address} 2x` },
    baseline: '<picture><source srcset="/ok.svg"><img src="/ok.svg" alt=""></picture>',
  },
])

const STRANGE: readonly Content[] = [
  ...CSS_DECLARATIONS.map(
    ([name, value]) => JSON.parse(`{"style":{${JSON.stringify(name)}:${JSON.stringify(value)}}}`) as Content,
  ),
  ...BREAKOUTS.flatMap((value) => [
    { text: 'ok', class: value },
    { template: value },
    { text: 'ok', target: value },
    { text: 'ok', place: value as 'before' },
    { target: 'p', order: [value] },
    { attributes: { title: 'x' }, target: `p:is(${value})` },
    { redirect: `javascript:${value}` },
  ]),
  // What is a path of the page's own after all is followed, as it should be.
  ...ADDRESSES.filter((address) => !URL.canParse(address, 'http://x') || new URL(address, 'http://x').host !== 'x').map(
    (redirect) => ({ redirect }),
  ),
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'innerHTML',
    'outerHTML',
    'insertAdjacentHTML',
    'onclick',
    'append',
    'setHTMLUnsafe',
  ].flatMap((name) => [
    JSON.parse(`{"${name}":"<img src=x onerror=fired(1)>","more":[]}`) as Content,
    JSON.parse(`{"text":"ok","more":[{"${name}":{"text":"<img src=x onerror=fired(1)>"}}]}`) as Content,
    { text: 'ok', place: name as 'before' },
  ]),
]

/** The tests of one engine. */
const CHECKS: Readonly<Record<string, (driver: Driver, site: ContentSite) => Promise<unknown>>> = {
  'as HTML nothing runs': async (driver, site) => {
    const applied = await expectHarmless(driver, site, MARKUP.map(asHtml))
    // Without a sanitiser the text is shown, and the default where the markup is too broken to be read.
    const isAll = await driver.evaluate(`'setHTML' in document.body`)
    expect(applied).toBeGreaterThanOrEqual(isAll ? MARKUP.length : MARKUP.length * 0.9)
  },
  'names of the page’s own objects stay the page’s': (driver, site) =>
    expectHarmless(driver, site, CLOBBERS.map(asHtml)),
  'as HTML beside attributes nothing runs': (driver, site) =>
    expectHarmless(
      driver,
      site,
      MARKUP.filter((_, index) => index % 4 === 0).map((html) => ({ content: { html, class: 'x' } })),
    ),
  'handlers that an engine cannot take off take nothing down': (driver, site) =>
    expectHarmless(
      driver,
      site,
      CRASHERS.map((html) => ({ content: { html, class: 'x' } })),
    ),
  'inserted as HTML nothing runs': (driver, site) =>
    expectHarmless(
      driver,
      site,
      MARKUP.filter((_, index) => index % 4 === 1).map((html, index) => ({
        content: { html, target: 'p', place: (['before', 'after', 'prepend', 'append'] as const)[index % 4]! },
      })),
    ),
  'as values of templates nothing runs': (driver, site) =>
    expectHarmless(
      driver,
      site,
      fillAll([...BREAKOUTS, ...ADDRESSES, ...MARKUP.filter((_, index) => index % 8 === 0)]),
    ),
  'as attributes nothing runs': (driver, site) => expectHarmless(driver, site, ATTRIBUTES),
  'as addresses of images nothing runs': (driver, site) => expectHarmless(driver, site, SOURCES),
  'styles, names, selectors and members of any spelling do nothing': (driver, site) =>
    expectHarmless(
      driver,
      site,
      STRANGE.map((content) => ({ content })),
    ),
  'without setHTML and without a sanitizer there is no markup': async (driver, site) => {
    const html = MARKUP.filter((_, index) => index % 4 === 2)
    await expectHarmless(driver, site, html.map(asHtml), { before: WITHOUT_SET_HTML })
  },
  'without setHTML DOMPurify stands in': async (driver, site) => {
    const html = [...MARKUP.filter((_, index) => index % 3 === 1), ...CLOBBERS]
    await expectHarmless(driver, site, html.map(asHtml), { before: WITHOUT_SET_HTML, after: WITH_PURIFY })
  },
  'under a strict policy with Trusted Types nothing runs': (driver, site) => {
    const slots = [...MARKUP.filter((_, index) => index % 5 === 3).map(asHtml), ...ATTRIBUTES.slice(0, 100)]
    return expectHarmlessUnderPolicy(driver, site, slots, {
      headers: { 'content-security-policy': `${STRICT}; ${TRUSTED_TYPES}` },
    })
  },
  'under Trusted Types without setHTML nothing runs': async (driver, site) => {
    const slots = MARKUP.filter((_, index) => index % 6 === 0).map(asHtml)
    const headers = { 'content-security-policy': `${STRICT}; ${TRUSTED_TYPES}; trusted-types unblink dompurify` }
    await expectHarmlessUnderPolicy(driver, site, slots, { headers, before: WITHOUT_SET_HTML })
    await expectHarmlessUnderPolicy(driver, site, slots, { headers, before: WITHOUT_SET_HTML, after: WITH_PURIFY })
  },
}

test('the vectors are many, and they do run where nobody sanitises', async ({ page, site }) => {
  expect(new Set([...MARKUP, ...CLOBBERS, ...ALL_ADDRESSES, ...BREAKOUTS]).size).toBeGreaterThan(1_000)
  const markup = JSON.stringify(MARKUP.filter((_, index) => index % 7 === 0)).replaceAll('<', '\\u003c')
  await page.goto(
    site.open({
      slots: [],
      bottom: `<div id="open"></div><script nonce="n0nce">for (const html of ${markup}) { const one = document.createElement('div'); one.innerHTML = html; document.getElementById('open').append(one) }</script>`,
    }),
  )
  await page.evaluate(`document.getElementById('open').dataset.unblink = 'x'; (${provokeXss.toString()})()`)
  await page.waitForFunction('window.isProvoked')
  const { fired } = await page.evaluate<Found>(`(${readXss.toString()})()`)
  expect(fired.length).toBeGreaterThan(40)
})

test.beforeEach(({ browserName }, { title }) => {
  if (!title.startsWith('WebKit')) return
  test.skip(browserName !== 'chromium', 'driven without Playwright, so once for all its projects')
  test.skip(!findProgram('webkit'), 'WebKitWebDriver is not installed')
})

for (const [title, check] of Object.entries(CHECKS)) {
  test(title, async ({ page, site }) => {
    const seen: string[] = []
    page.on('frameattached', () => seen.push('frame'))
    page.on('dialog', (dialog) => seen.push(dialog.message()))
    page.on('popup', (popup) => seen.push(popup.url()))
    await check({ goto: (url) => page.goto(url), evaluate: (expression) => page.evaluate(expression) }, site)
    expect(seen, 'frames, dialogs and windows').toEqual([])
  })
  test(`WebKitGTK: ${title}`, async ({ webkit, site }) => check(webkit, site))
}
