import type { Locator, Page } from '@playwright/test'
import { startBank } from '@unblink-examples/bank'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '../support/identitySite.ts'

const whenReady = (page: Page) => page.waitForFunction(() => window.unblink?.place && window.unblink.reply)
const openPanel = async (page: Page) => {
  await whenReady(page)
  await page.evaluate(() => window.unblink!.push('panel'))
}
const readReasons = async (panel: Locator) => {
  const names = await panel.locator('dt').allTextContents()
  const reasons = await panel.locator('dd').allTextContents()
  return Object.fromEntries(names.map((name, index) => [name, reasons[index]]))
}

test('the panel tells why in plain words, and the switch erases what was known', async ({ page, open }) => {
  const site = await open()
  await page.goto(site.url())
  await whenReady(page)
  expect(await page.evaluate(() => window.unblink!.push('conversion', { goal: 'bought' }))).toBe(true)
  await page.reload()
  await page.goto(site.url())
  await expect(page.locator('[data-unblink=offer]')).toHaveText('Thank you')
  await page.evaluate(() =>
    addEventListener('unblink-consent', (event) =>
      Object.assign(window, { chosen: (event as CustomEvent<{ personalization: string }>).detail.personalization }),
    ),
  )
  await openPanel(page)
  const panel = page.getByRole('dialog', { name: 'Personalisation on this site' })
  await expect(panel.getByRole('definition')).toHaveCount(3)
  expect(await readReasons(panel)).toEqual({
    Banner: 'The same for everybody.',
    offer: 'Chosen by what you have read and done on this site.',
    help: 'The same for everybody.',
  })

  const toggle = panel.getByRole('switch', { name: 'Personalise this site for me' })
  await expect(toggle).toHaveAttribute('aria-checked', 'true')
  await toggle.click()
  await expect(toggle).toHaveAttribute('aria-checked', 'false')
  await expect(panel.getByRole('status')).toHaveText(/It is off now\./)
  await expect(toggle).toHaveAccessibleDescription(/It is off\. You see what everybody sees/)
  expect(await page.evaluate(() => (window as unknown as { chosen: string }).chosen)).toBe('denied')
  await expect.poll(() => site.rows('SELECT * FROM profiles')).toEqual([])

  await toggle.click()
  await expect(toggle).toHaveAttribute('aria-checked', 'true')
  await expect(panel.getByRole('status')).toHaveText('It is on from the next page on.')
  expect(await page.evaluate(() => window.unblink!.consent)).toBe('granted')
})

test('by keyboard alone: opened from its button, walked through, closed, and the focus is back', async ({
  page,
  open,
}) => {
  const site = await open({
    body: '<unblink-panel></unblink-panel><script type="module" src="/u/unblink-panel.js"></script>',
  })
  await page.goto(site.url())
  await whenReady(page)
  const opener = page.getByRole('button', { name: 'Why am I seeing this?' })
  await opener.focus()
  await page.keyboard.press('Enter')
  const panel = page.getByRole('dialog')
  await expect(panel).toBeVisible()
  const focused = () =>
    page.evaluate(() => {
      const inside = document.querySelector('unblink-panel')!.shadowRoot!.activeElement
      return inside?.getAttribute('role') ?? inside?.textContent ?? document.activeElement!.tagName
    })
  expect(await focused()).toBe('switch')
  await page.keyboard.press('Space')
  await expect(panel.getByRole('switch')).toHaveAttribute('aria-checked', 'false')
  await page.keyboard.press('Tab')
  expect(await focused()).toBe('Close')
  await page.keyboard.press('Enter')
  await expect(panel).toBeHidden()
  expect(await focused()).toBe('Why am I seeing this?')

  await page.keyboard.press('Enter')
  await expect(panel).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(panel).toBeHidden()
  expect(await focused()).toBe('Why am I seeing this?')
})

test('Global Privacy Control is shown as what it is, and there is nothing to switch', async ({ page, open }) => {
  const site = await open()
  await page.addInitScript(() =>
    Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }),
  )
  await page.goto(site.url())
  await openPanel(page)
  const toggle = page.getByRole('switch')
  await expect(toggle).toHaveAttribute('aria-checked', 'false')
  await expect(toggle).toHaveAttribute('aria-disabled', 'true')
  await expect(toggle).toHaveAccessibleDescription(/Global Privacy Control/)
  await toggle.focus()
  await page.keyboard.press('Enter')
  await expect(toggle).toHaveAttribute('aria-checked', 'false')
})

test('a site says it in its own words: by JSON, by attribute, by slot', async ({ page, open }) => {
  const site = await open({
    body: `<unblink-panel text-title="Für dich ausgesucht" lang="de"><button id="own">Warum sehe ich das?</button>
<p slot="gain">Du findest schneller, was du suchst.</p><script type="application/json">{"close":"Schließen","slots":{"help":"Hilfe"},
"experiences":{"welcome":"Für alle, die neu sind."},"everyone":"Für alle gleich."}</script></unblink-panel>`,
  })
  await page.goto(site.url())
  await openPanel(page)
  const panel = page.getByRole('dialog', { name: 'Für dich ausgesucht' })
  await expect(panel.getByRole('definition')).toHaveCount(3)
  expect(await readReasons(panel)).toMatchObject({ Banner: 'Für alle, die neu sind.', Hilfe: 'Für alle gleich.' })
  await expect(page.getByText('Du findest schneller')).toBeVisible()
  await panel.getByRole('button', { name: 'Schließen' }).click()
  await page.getByRole('button', { name: 'Warum sehe ich das?' }).click()
  await expect(panel).toBeVisible()
})

/** Runs in the page: every text of the panel, with the colours that it has as numbers from 0 to 255. */
function measurePanel() {
  const { shadowRoot } = document.querySelector('unblink-panel')!
  const dialog = shadowRoot!.querySelector('dialog')!
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!
  const toRgb = (colour: string) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const getBackground = (element: Element | null): number[] => {
    const rgb = element ? toRgb(getComputedStyle(element).backgroundColor) : [255, 255, 255, 255]
    return rgb[3] ? rgb : getBackground(element!.parentElement)
  }
  const toLight = (rgb: readonly number[]) => {
    const [r = 0, g = 0, b = 0] = rgb.map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const texts = [...dialog.querySelectorAll('*')].filter(
    (element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim()) &&
      element.checkVisibility(),
  )
  return {
    isDark: toLight(getBackground(dialog)) < 0.5,
    contrasts: texts.map((element) => {
      const [one, other] = [toLight(toRgb(getComputedStyle(element).color)), toLight(getBackground(element))].sort(
        (a, b) => b - a,
      )
      return { text: element.textContent, ratio: (one! + 0.05) / (other! + 0.05) }
    }),
    targets: [...dialog.querySelectorAll('button')].map((button) => {
      const { width, height } = button.getBoundingClientRect()
      return Math.min(width, height)
    }),
    nameless: [...dialog.querySelectorAll('button')].filter(
      (button) => !button.textContent && !button.getAttribute('aria-labelledby'),
    ).length,
    headings: [...dialog.querySelectorAll('h2, h3')].map(({ tagName }) => tagName),
    width: [dialog.scrollWidth, dialog.clientWidth, innerWidth],
  }
}

for (const theme of ['light', 'dark', 'auto'])
  test(`in ${theme} colours it can be read, hit and zoomed`, async ({ page, open }) => {
    await page.emulateMedia({ colorScheme: 'dark' })
    // A phone of 320 pixels, or a desktop at 400 %.
    await page.setViewportSize({ width: 320, height: 480 })
    const site = await open({ body: `<unblink-panel theme="${theme}"><span hidden></span></unblink-panel>` })
    await page.goto(site.url())
    await openPanel(page)
    await expect(page.getByRole('dialog').getByRole('definition')).toHaveCount(3)
    // Not every driver can set what the visitor prefers; what it then is counts.
    const prefersDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
    const { isDark, contrasts, targets, nameless, headings, width } = await page.evaluate(measurePanel)
    expect(isDark).toBe(theme === 'auto' ? prefersDark : theme === 'dark')
    expect(contrasts.length).toBeGreaterThan(8)
    // WCAG 2.2: 1.4.3 and 2.5.8.
    expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([])
    expect(Math.min(...targets)).toBeGreaterThanOrEqual(24)
    expect(nameless).toBe(0)
    expect(headings).toEqual(['H2', 'H3', 'H3'])
    const [scroll, client, window] = width
    expect(scroll).toBe(client)
    expect(client).toBeLessThanOrEqual(window!)
  })

test('on a phone the way out stays in view, however much the panel says, and covers nothing at the end', async ({
  page,
  open,
}) => {
  await page.setViewportSize({ width: 360, height: 780 })
  const gain = 'You find sooner what you are looking for, and need not look for it twice. '.repeat(12)
  const site = await open({
    body: `<unblink-panel><span hidden></span><p slot="gain">${gain}</p></unblink-panel>`,
  })
  await page.goto(site.url())
  await openPanel(page)
  const panel = page.getByRole('dialog')
  await expect(panel.getByRole('definition')).toHaveCount(3)
  const close = panel.getByRole('button', { name: 'Close' })
  expect(await panel.evaluate(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight)).toBe(true)
  await expect(close).toBeInViewport({ ratio: 1 })
  await panel.evaluate((dialog) => dialog.scrollTo(0, dialog.scrollHeight))
  await expect(close).toBeInViewport({ ratio: 1 })
  const [last, way] = [await panel.getByRole('definition').last().boundingBox(), await close.boundingBox()]
  expect(last!.y + last!.height).toBeLessThanOrEqual(way!.y)
  await close.click()
  await expect(panel).toBeHidden()
})

test('under a strict policy it opens, and no rule is broken', async ({ page, open }) => {
  const site = await open()
  const said: string[] = []
  page.on('console', (message) => message.type() === 'error' && said.push(message.text()))
  await page.route(site.url(), async (route) => {
    const response = await route.fetch()
    const body = (await response.text())
      .replaceAll('<script', '<script nonce="n"')
      .replaceAll('<style', '<style nonce="n"')
    const policy = `default-src 'none'; script-src 'nonce-n' 'strict-dynamic'; style-src 'nonce-n'; connect-src 'self'; img-src data:; require-trusted-types-for 'script'`
    await route.fulfill({ response, body, headers: { ...response.headers(), 'content-security-policy': policy } })
  })
  await page.goto(site.url())
  await openPanel(page)
  await expect(page.getByRole('dialog')).toBeVisible()
  expect(said).toEqual([])
})

test('in the bank the choice holds on the next page', async ({ page }) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-e2e-'))
  const bank = await startBank({ port: 0, dataDir })
  try {
    await page.goto(bank.url)
    await whenReady(page)
    await page.getByRole('button', { name: 'Why am I seeing this?' }).click()
    const panel = page.getByRole('dialog', { name: 'What this page knows' })
    await expect(panel.getByRole('definition')).toHaveCount(4)
    await panel.getByRole('switch', { name: 'Fit this site to what I read' }).click()
    await expect(panel.getByRole('status')).toHaveText(/It is off now\./)
    await expect.poll(async () => (await page.context().cookies()).map(({ name }) => name)).toEqual(['bank_consent'])
    await panel.getByRole('button', { name: 'Close' }).click()
    await page.goto(`${bank.url}/mortgages`)
    expect(await page.evaluate(() => window.unblink!.consent)).toBe('denied')
    expect((await page.context().cookies()).map(({ name }) => name)).toEqual(['bank_consent'])
  } finally {
    await bank.close()
    await rm(dataDir, { recursive: true, force: true })
  }
})
