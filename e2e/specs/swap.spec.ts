import { expect, readSlot, startSite, test } from '../support/site.ts'

test('a variant in time replaces the default, also when its children come after the decision', async ({
  page,
  site,
}) => {
  await page.goto(site.url({ profile: 0, drip: 120 }))
  await page.waitForLoadState()
  expect(await readSlot(page, 'hero')).toMatchObject({ text: 'VariantGo on', isVisible: true })
  expect(await readSlot(page, 'promo')).toMatchObject({ text: 'Promo baseline', isVisible: true })
})

test('revealing leaves no trace on the nodes of the page', async ({ page, site }) => {
  await page.goto(site.url({ profile: 100 }))
  await expect(page.locator('#cta')).toBeVisible()
  expect((await readSlot(page, 'hero')).attributes).toEqual(['data-unblink'])
  expect(await page.evaluate(() => document.documentElement.getAttributeNames())).toEqual(['lang'])
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
})

test('a profile that never answers leaves the default, whole and usable', async ({ page, site }) => {
  await page.goto(site.url({ profile: 'never' }))
  await expect.poll(async () => (await readSlot(page, 'hero')).isVisible).toBe(true)
  expect((await readSlot(page, 'hero')).text).toBe('OneTwoThree')
  await page.click('#baseline-link')
  await expect(page.getByRole('heading', { name: 'Next' })).toBeVisible()
})

test('an answer after the deadline does not touch what the visitor already sees, and the next view has it at once', async ({
  page,
  site,
}) => {
  await page.goto(site.url({ profile: 900 }))
  await page.waitForFunction(() => (localStorage['unblink'] as string | undefined)?.includes('"green"'))
  expect((await readSlot(page, 'hero')).text).toBe('OneTwoThree')
  await page.goto(site.url({ profile: 'never' }))
  expect(await readSlot(page, 'hero')).toMatchObject({ text: 'VariantGo on', isVisible: true })
  expect(await page.evaluate(() => window.unblink!.slots['hero']!.hiddenAt)).toBeUndefined()
})

test('a server that cuts the connection costs the variant, not the page', async ({ page, site }) => {
  const loading = page.goto(site.url({ profile: 20_000, drip: 30 }))
  await page.waitForFunction(() => window.unblink !== undefined)
  await site.stop()
  await loading.catch(() => {})
  await expect.poll(async () => (await readSlot(page, 'hero')).isVisible).toBe(true)
  expect((await readSlot(page, 'hero')).text).toContain('One')
  await site.restart()
})

test('while hidden, a slot can be neither clicked nor focused', async ({ page, site }) => {
  // Asked from within the page, two frames after the slot was parsed: a driver's round trips may outlast the deadline.
  await page.addInitScript(() => {
    const ask = () => {
      const link = document.querySelector<HTMLElement>('#baseline-link')
      if (!link) return requestAnimationFrame(ask)
      requestAnimationFrame(() => {
        link.focus()
        const { x, y } = link.getBoundingClientRect()
        Object.assign(window, {
          during: {
            isHidden: window.unblink!.slots['hero']!.state === 1,
            isFocused: document.activeElement === link,
            isHit: document.elementFromPoint(x + 2, y + 2) === link,
          },
        })
      })
    }
    requestAnimationFrame(ask)
  })
  await page.goto(site.url({ profile: 'never' }))
  const during = await page.waitForFunction(() => (window as { during?: object }).during)
  expect(await during.jsonValue()).toEqual({ isHidden: true, isFocused: false, isHit: false })
})

for (const content of ['text', 'template', 'attributes'] as const) {
  test(`a variant of ${content} is placed`, async ({ page }) => {
    const site = await startSite(content)
    try {
      await page.goto(site.url())
      await expect(page.locator('[data-unblink=hero]')).toContainText('Variant')
      const hero = await readSlot(page, 'hero')
      expect(hero.text).not.toContain('One')
      expect(hero.attributes).toEqual(
        content === 'attributes' ? ['data-unblink', 'data-test', 'class'] : ['data-unblink'],
      )
    } finally {
      await site.close()
    }
  })
}

test('a slot that is replaced with all that is around it is hidden again, and gets its variant', async ({
  page,
  site,
}) => {
  await page.addInitScript(() => {
    const replace = () => {
      if (window.unblink?.slots['hero']?.state !== 1 || document.readyState === 'loading')
        return requestAnimationFrame(replace)
      document.body.replaceWith(document.body.cloneNode(true))
      requestAnimationFrame(() => {
        const { element, state } = window.unblink!.slots['hero']!
        const isNew = element === document.querySelector('[data-unblink=hero]')
        Object.assign(window, { after: { isNew, state, isHidden: element!.getAnimations().length > 0 } })
      })
    }
    requestAnimationFrame(replace)
  })
  await page.goto(site.url({ profile: 300 }))
  const after = await page.waitForFunction(() => (window as { after?: object }).after)
  expect(await after.jsonValue()).toEqual({ isNew: true, state: 1, isHidden: true })
  await expect(page.locator('#cta')).toBeVisible()
  expect(await readSlot(page, 'hero')).toMatchObject({ text: 'VariantGo on', isVisible: true })
})

test('a hidden slot hears of what could replace it, not of every node of the page', async ({ page, site }) => {
  await page.addInitScript(() => {
    let heard = 0
    window.MutationObserver = class extends MutationObserver {
      constructor(callback: MutationCallback) {
        super((records, observer) => {
          heard += records.length
          callback(records, observer)
        })
      }
    }
    const change = async () => {
      if (window.unblink?.slots['hero']?.state !== 1 || document.readyState === 'loading')
        return requestAnimationFrame(() => void change())
      const before = heard
      const box = document.createElement('div')
      document.body.append(box)
      await Promise.resolve()
      const beside = heard - before
      for (let left = 50; left; left--) box.append(document.createElement('p'))
      await Promise.resolve()
      Object.assign(window, { heard: { beside, deeper: heard - before - beside } })
    }
    requestAnimationFrame(() => void change())
  })
  await page.goto(site.url({ profile: 'never' }))
  const heard = await page.waitForFunction(() => (window as { heard?: object }).heard)
  expect(await heard.jsonValue()).toEqual({ beside: 1, deeper: 0 })
})

test('what the page adds to a slot after its variant stays', async ({ page, site }) => {
  await page.goto(site.url({ profile: 300 }))
  await expect(page.locator('#cta')).toBeVisible()
  await page.evaluate(async () => {
    const hero = document.querySelector('[data-unblink=hero]')!
    hero.append('Mine')
    document.body.append('Not in a slot')
    await new Promise(requestAnimationFrame)
  })
  expect((await readSlot(page, 'hero')).text).toBe('VariantGo onMine')
})
