import { expect } from '@playwright/test'
import { setTimeout as sleep } from 'node:timers/promises'
import { send, toReply } from '../support/faultProfile.ts'
import { startFaultSite, type FaultSite } from '../support/faultSite.ts'
import { script, type ContentPage } from '../support/xss/contentSite.ts'
import { readSlots, test as withContent, until } from '../support/xss/contentTest.ts'

const test = withContent.extend<object, { faults: FaultSite }>({
  faults: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
    async ({}, use) => {
      const faults = await startFaultSite()
      await use(faults)
      await faults.close()
    },
    { scope: 'worker' },
  ],
})

const GRANTED = { personalization: 'granted', analytics: 'granted' } as const
const target = (address: string, more: Partial<ContentPage> = {}): ContentPage => ({
  slots: [{ content: { redirect: address } }],
  ...more,
})

test('a redirect takes query and fragment along, and leaves no entry in the history', async ({ page, site }) => {
  const goal = site.open({ slots: [] })
  await page.goto(site.open({ slots: [] }))
  const entries = await page.evaluate('history.length')
  await page.goto(`${site.open(target(`${new URL(goal).pathname}?own=1`))}?utm_source=mail&own=2#part`).catch(() => {})
  await page.waitForURL(`${goal}?own=1&utm_source=mail#part`)
  expect(await page.evaluate('history.length')).toBe(Number(entries) + 1)
})

test('the slot is covered from the answer on until the page is left', async ({ page, site }) => {
  const goal = site.open({ slots: [], holdMs: 2_000 })
  const url = site.open(target(new URL(goal).pathname, { answerAfterMs: 1, deadlineMs: 1_500 }))
  const seen: boolean[] = []
  await page.exposeFunction('tellSeen', (isSeen: boolean) => void seen.push(isSeen))
  await page.addInitScript(`addEventListener('DOMContentLoaded', () => {
    const slot = document.querySelector('[data-unblink=x0]')
    if (!slot) return
    const look = () => {
      if (unblink.slots.x0.hiddenAt) tellSeen(getComputedStyle(slot).visibility !== 'hidden' && getComputedStyle(slot).opacity !== '0')
      requestAnimationFrame(look)
    }
    look()
  })`)
  await page.goto(url).catch(() => {}) // Some drivers say that the navigation was interrupted, which it was.
  await page.waitForURL(goal)
  expect(seen.length).toBeGreaterThan(3)
  expect(seen.filter(Boolean)).toEqual([])
})

test('who is there already stays, and sees the page as it is', async ({ page, site }) => {
  const url = site.open(target('?v=b'))
  await page.goto(`${url}?x=1&v=b`)
  await until(page, 'unblink.slots.x0.state === 2')
  await sleep(1_300)
  expect(page.url()).toBe(`${url}?x=1&v=b`)
  expect((await readSlots(page))[0]!.html).toContain('base')
})

test('who goes to another route meanwhile is not led away from there', async ({ page, site }) => {
  const goal = new URL(site.open({ slots: [] })).pathname
  const go = script(`const go = () =>
    unblink.slots.x0.state === 2 ? history.pushState(0, '', '/route') : requestAnimationFrame(go)
    go()`)
  await page.goto(site.open(target(goal, { after: go })))
  await page.waitForURL('**/route')
  await sleep(1_300)
  expect(new URL(page.url()).pathname).toBe('/route')
  expect(await page.evaluate('document.getAnimations().length'), 'covers left').toBe(0)
})

test('another origin is led to only when the page has declared it', async ({ page, site }) => {
  const goal = site.open({ slots: [] }).replace(site.origin, site.canary)
  const url = site.open(target(goal))
  await page.goto(url)
  await until(page, 'unblink.slots.x0.cause === "error"')
  await page.goto(site.open(target(goal, { redirects: [site.canary] }))).catch(() => {})
  await page.waitForURL(goal)
})

for (const consent of [GRANTED, { personalization: 'denied', analytics: 'denied' }] as const) {
  test(`an address that sends the visitor back ends it at the first page, consent ${consent.personalization}`, async ({
    page,
    site,
  }) => {
    // The two pages know each other's address before they are there.
    const first = Number(/\d+$/.exec(site.open({ slots: [] }))![0]) + 1
    const url = site.open(target(`/p${first + 1}`, { consent }))
    site.open({ slots: [], bottom: script(`location.replace('/p${first}')`) })
    await page.goto(url).catch(() => {})
    await until(page, 'window.unblink && unblink.slots.x0 && unblink.slots.x0.cause === "error"')
    await sleep(1_300)
    expect(page.url()).toBe(url)
  })
}

test('a redirect loses no exposure, even when nothing can be sent as the page is left', async ({ page, faults }) => {
  const goal = faults.open({ isReturning: true })
  const redirect = new URL(goal.url).pathname
  const decision = { slot: 'hero', experience: 'split', variant: 'b', reason: 'split', content: { redirect, more: [] } }
  const start = faults.open({
    before: script(`navigator.sendBeacon = () => false
      const send = fetch
      window.fetch = (address, ...rest) => /\\/v1\\/e/.test(address) ? new Promise(() => {}) : send(address, ...rest)`),
    profile: send(toReply([decision])),
  })
  await page.goto(start.url).catch(() => {})
  await page.waitForURL(goal.url)
  const exposures = () =>
    start.events().flatMap((event) => (event.t === 'exposure' && event.p.slot === 'hero' ? [event.p] : []))
  await expect.poll(exposures, { timeout: 15_000 }).toMatchObject([{ variant: 'b', outcome: 'variant' }])
})
