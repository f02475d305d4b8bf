import type { Page } from '@playwright/test'
import { recordShifts } from '../support/recordShifts.ts'
import { sendNow } from '../support/sendNow.ts'
import { expect, readSlot, startSite, test as base, type TestSite } from '../support/site.ts'

/** `fading`: its hero follows a late answer by a crossfade. `picture`: its hero's variant brings an image. */
const test = base.extend<{ fading: TestSite; picture: TestSite }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
  picture: async ({}, use) => {
    const site = await startSite('image')
    await use(site)
    await site.close()
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
  fading: async ({}, use) => {
    const site = await startSite('html', { late: 'fade' })
    await use(site)
    await site.close()
  },
})

const isRemembered = (page: Page) =>
  page.waitForFunction(() => (localStorage['unblink'] as string | undefined)?.includes('"green"'))

test('a returning visitor gets the remembered decision at once, even when the profile never answers', async ({
  page,
  site,
}) => {
  await page.goto(site.url())
  await isRemembered(page)
  await page.goto(site.url({ profile: 'never', drip: 30 }))
  expect(await readSlot(page, 'hero')).toMatchObject({ text: 'VariantGo on', isVisible: true })
  expect(await page.evaluate(() => window.unblink!.slots['hero']!.hiddenAt)).toBeUndefined()
  await sendNow(page)
  const { p } = await site.waitFor('exposure', ({ p }) => p.slot === 'hero' && p.reason === 'cached')
  expect(p).toMatchObject({ outcome: 'variant', variant: 'green', hiddenMs: 0 })
  expect(p.profileMs).toBeUndefined()
})

test('a remembered decision is void after "forget"', async ({ page, site }) => {
  await page.goto(site.url())
  await isRemembered(page)
  await page.evaluate(() => window.unblink!.push('forget'))
  await page.goto(site.url({ profile: 'never' }))
  await expect.poll(async () => (await readSlot(page, 'hero')).isVisible).toBe(true)
  expect((await readSlot(page, 'hero')).text).toBe('OneTwoThree')
})

test('an image of a remembered decision is asked for from the head', async ({ page, picture }) => {
  await page.goto(picture.url())
  await isRemembered(page)
  // The same decision for a slot that comes last, 900 ms after the head.
  await page.evaluate(() => {
    const kept = JSON.parse(localStorage['unblink'] as string)
    kept.decisions = [{ ...kept.decisions[0], slot: 'promo' }]
    localStorage['unblink'] = JSON.stringify(kept)
  })
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector('[data-unblink=promo]')) return
      observer.disconnect()
      performance.mark('promo')
    })
    observer.observe(document, { childList: true, subtree: true })
  })
  await page.goto(picture.url({ drip: 300, profile: 'never' }))
  await expect(page.locator('[data-unblink=promo] img')).toBeVisible()
  const [asked, parsed] = await page.evaluate(() =>
    [/photo\.svg$/, /^promo$/].map(
      (name) => performance.getEntries().find((entry) => name.test(entry.name))!.startTime,
    ),
  )
  expect(asked).toBeLessThan(parsed!)
})

test('a slot is shown when the images of its variant are decoded, or at its deadline without them', async ({
  page,
}) => {
  const site = await startSite('image', { deadlineMs: 1_500 })
  try {
    let answer: 'late' | 'never' = 'late'
    await page.route('**/photo.svg', async (route) => {
      if (answer === 'never') return
      await new Promise((resolve) => setTimeout(resolve, 500))
      await route.continue()
    })
    const readTimes = async () => {
      await page.waitForFunction(() => window.unblink!.slots['hero']!.state > 1)
      return page.evaluate(() => {
        const { state, shownAt = 0, hiddenAt = 0 } = window.unblink!.slots['hero']!
        const files: readonly { name: string; responseEnd?: number }[] = performance.getEntriesByType('resource')
        const loadedAt = files.find(({ name }) => name.endsWith('/photo.svg'))?.responseEnd
        return { state, shownAt, hiddenMs: shownAt - hiddenAt, loadedAt }
      })
    }
    await page.goto(site.url())
    const { loadedAt, ...late } = await readTimes()
    expect(late.state).toBe(2)
    // Firefox rounds to milliseconds.
    expect(late.shownAt).toBeGreaterThanOrEqual(loadedAt! - 2)
    await page.evaluate(() => localStorage.clear())
    answer = 'never'
    await page.goto(site.url({ drip: 1 }), { waitUntil: 'commit' })
    await page.waitForFunction(() => window.unblink !== undefined)
    const never = await readTimes()
    expect(never.state).toBe(2)
    expect(never.hiddenMs).toBeGreaterThan(1_400)
    expect(await readSlot(page, 'hero')).toMatchObject({ text: 'VariantGo on', isVisible: true })
  } finally {
    await site.close()
  }
})

test('consent that is withdrawn in the middle of a visit leaves nothing behind', async ({ page, site }) => {
  await page.goto(site.url())
  await isRemembered(page)
  await sendNow(page)
  await site.waitFor('exposure')
  await page.evaluate(() => {
    // Where a split by address has led.
    sessionStorage['unblink.redirect'] = JSON.stringify([location.href, Date.now()])
    window.unblink!.push('consent', { personalization: 'denied', analytics: 'denied' })
  })
  await page.click('#send')
  await page.waitForURL('**/next*')
  const readKept = () => [Object.keys(localStorage), Object.keys(sessionStorage), document.cookie]
  expect(await page.evaluate(readKept)).toEqual([[], [], ''])
  expect(await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))).toEqual([])
  // The server erases what it has of them, too.
  await expect.poll(() => site.events().length).toBe(0)
})

test('three views without an answer stop the hiding', async ({ page, site }) => {
  await page.route('**/v1/p', (route) => route.abort())
  for (let view = 0; view < 3; view++) {
    await page.goto(site.url())
    await page.waitForFunction(
      (misses) => JSON.parse((localStorage['unblink'] as string | undefined) ?? '{}').misses > misses,
      view,
    )
  }
  await page.goto(site.url())
  await expect.poll(async () => (await readSlot(page, 'hero')).isVisible).toBe(true)
  const hero = await page.evaluate(() => window.unblink!.slots['hero']!)
  expect(hero).toMatchObject({ decision: { reason: 'disabled' } })
  expect(hero.hiddenAt).toBeUndefined()
})

test('a late answer fades in where the site wants it, and both outcomes are told', async ({ page, fading }) => {
  await page.goto(fading.url({ profile: 900 }))
  await expect(page.locator('#cta')).toBeVisible()
  // The old banner's picture is gone again, and nothing of the fade is left on the slot.
  await expect.poll(async () => (await readSlot(page, 'hero')).attributes).toEqual(['data-unblink'])
  await sendNow(page)
  await fading.waitFor('exposure', ({ p }) => p.slot === 'hero' && p.outcome === 'late')
  const outcomes = fading.events('exposure').filter(({ p }) => p.slot === 'hero')
  expect(outcomes.map(({ p }) => p.outcome)).toEqual(['timeout', 'late'])
  expect(outcomes[1]!.p).toMatchObject({ experience: 'welcome', variant: 'green' })
})

test('during the fade the new content takes the clicks and the page does not shift', async ({ page, fading }) => {
  await recordShifts(page)
  await page.goto(fading.url({ profile: 900 }))
  const hit = await page.waitForFunction(
    () => {
      const link = document.querySelector('#cta')
      if (!link) return undefined
      const { x, y } = link.getBoundingClientRect()
      return { isLink: document.elementFromPoint(x + 2, y + 2) === link }
    },
    undefined,
    { polling: 'raf' },
  )
  expect(await hit.jsonValue()).toEqual({ isLink: true })
  await page.waitForTimeout(400)
  expect(await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual([])
})

test('who prefers reduced motion gets a cut', async ({ page, fading, browserName }) => {
  test.skip(browserName !== 'chromium', 'the driver of Firefox cannot set the preference')
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(fading.url({ profile: 900 }))
  const animations = await page.waitForFunction(
    () => document.querySelector('#cta') && { count: document.getAnimations().length },
    undefined,
    { polling: 'raf' },
  )
  expect(await animations.jsonValue()).toEqual({ count: 0 })
})

test('a slot that the visitor has touched is not changed any more', async ({ page, fading }) => {
  await page.goto(fading.url({ profile: 1500 }))
  await page.waitForFunction(() => window.unblink?.place && window.unblink.slots['hero']!.state > 1)
  await page.mouse.click(300, 150)
  await page.waitForFunction(() => window.unblink?.reply !== undefined)
  await page.waitForTimeout(300)
  expect((await readSlot(page, 'hero')).text).toBe('OneTwoThree')
})

test('a late content that would move what is in view is not taken', async ({ page }) => {
  const site = await startSite('tall', { late: 'fade' })
  try {
    await recordShifts(page)
    await page.goto(site.url({ profile: 700 }))
    // What fades has come, and the decision is remembered for the next view.
    await page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('-more.js')),
    )
    await isRemembered(page)
    await page.waitForTimeout(200)
    expect(await readSlot(page, 'hero')).toMatchObject({ text: 'OneTwoThree', isVisible: true })
    expect(await page.evaluate(() => window.unblink!.slots['hero']!.state)).toBe(3)
    expect(await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual([])
  } finally {
    await site.close()
  }
})

/** What a router does: changes the address, then replaces the page's content. */
const go = (page: Page, path: string, text: string) =>
  page.evaluate(
    ([path, text]) => {
      history.pushState({}, '', path)
      const next = document.createElement('section')
      next.dataset['unblink'] = 'hero'
      next.innerHTML = `<div class="baseline">${text}</div>`
      document.querySelector('[data-unblink=hero]')!.replaceWith(next)
    },
    [path, text] as const,
  )

test('a route change starts a view of its own, and its slots are personalised', async ({ page, site }) => {
  await page.goto(site.url())
  await expect(page.locator('#cta')).toBeVisible()
  await sendNow(page)
  await site.waitFor('exposure', ({ p }) => p.slot === 'hero')
  await go(page, '/route?profile=0', 'Route')
  await expect(page.locator('#cta')).toBeVisible()
  await sendNow(page)
  await site.waitFor('exposure', ({ lo, p }) => lo === '/route' && p.slot === 'hero' && p.outcome === 'variant')
  const views = site.events('page_view')
  expect(views.map(({ lo, p }) => [lo, p.kind])).toEqual([
    ['/', 'load'],
    ['/route', 'route'],
  ])
  expect(new Set(views.map(({ pv }) => pv)).size).toBe(2)
})

test('the answer to an old route never touches a new one', async ({ page, site }) => {
  await page.goto(site.url({ profile: 2_500 }))
  await page.waitForFunction(() => window.unblink?.place)
  expect(await page.evaluate(() => window.unblink!.reply)).toBeUndefined()
  await go(page, '/route?profile=never', 'Route')
  await page.waitForTimeout(2_500)
  expect(await readSlot(page, 'hero')).toMatchObject({ text: 'Route', isVisible: true })
})

test('a late answer that waits for what fades it is void with its route, in an element that both have', async ({
  page,
  fading,
}) => {
  let send = () => {}
  await page.route('**/unblink-more.js', async (route) => {
    await new Promise<void>((resolve) => (send = resolve))
    await route.continue()
  })
  const asked = page.waitForRequest('**/unblink-more.js')
  await page.goto(fading.url({ profile: 700 }))
  await asked
  await page.evaluate(() => history.pushState({}, '', '/route?profile=never'))
  const come = page.waitForResponse('**/unblink-more.js')
  send()
  await (await come).finished()
  await page.waitForTimeout(400)
  expect(await readSlot(page, 'hero')).toMatchObject({ text: 'OneTwoThree', isVisible: true })
})

test('a route that begins as soon as the slots are shown is decided by its own answer alone', async ({
  page,
  site,
}) => {
  // As an app that sends its visitors on when it starts.
  await page.addInitScript(() => {
    const look = () => {
      const { unblink } = window
      const isShown = unblink && 'place' in unblink && Object.values(unblink.slots).every(({ state }) => state > 1)
      if (isShown) history.pushState({}, '', '/route?profile=300')
      else requestAnimationFrame(look)
    }
    look()
  })
  await page.goto(site.url())
  await page.waitForFunction(() => location.pathname === '/route' && window.unblink!.slots['hero']!.decision)
  expect(site.requests.filter((request) => request === 'POST /u/v1/p')).toHaveLength(2)
  // The page itself would have decided by the old answer, and needs the rules for that.
  expect(site.requests).not.toContain('GET /u/v1/m')
})
