import { expect, type BrowserContext, type Page } from '@playwright/test'
import { sendNow } from './sendNow.ts'
import type { TestSite } from './site.ts'

/** Opens the test page and waits until the runtime keeps what happens there. */
export async function openSite(page: Page, site: TestSite): Promise<void> {
  await page.goto(site.url())
  await page.waitForFunction(() => window.unblink?.place !== undefined)
  expect(await page.evaluate(() => window.unblink!.push('event', 'opened'))).toBe(true)
}

/** Tracks events `first` to `last`, a few in every task, and counts those whose promise says that they are durable. */
export const trackSteps = (page: Page, first: number, last: number): Promise<number> =>
  page.evaluate(
    async ([first, last]) => {
      const promises: Promise<boolean>[] = []
      for (let n = first; n <= last; n++) {
        promises.push(window.unblink!.push('event', 'step', { n }) as Promise<boolean>)
        if (n % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
      }
      return (await Promise.all(promises)).filter(Boolean).length
    },
    [first, last] as const,
  )

type Custom = ReturnType<typeof getCustom>[number]
export const getCustom = (site: TestSite) =>
  site.events('custom').filter(({ p }) => p.name !== 'opened' && p.name !== 'more')
export const getStep = ({ p }: Custom) => p.props?.['n']
export const getSteps = (site: TestSite): unknown[] => getCustom(site).map(getStep)

export const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

/**
 * What the collector can tell of loss: each view's events are numbered from 0 without a gap, in the order of their ids.
 * Waits for it, because the worthier events of a view are sent before the others.
 */
export const expectNoGaps = (site: TestSite): Promise<void> =>
  expect(() => {
    const events = site.events()
    for (const view of new Set(events.map(({ pv }) => pv))) {
      const ofView = events.filter(({ pv }) => pv === view).sort((a, b) => (a.i < b.i ? -1 : 1))
      expect(ofView.map(({ n }) => n)).toEqual(range(0, ofView.length - 1))
    }
  }).toPass({ timeout: 30_000 })

/** Another page of the site, which delivers what others have left. */
export async function comeBack(context: BrowserContext, site: TestSite): Promise<void> {
  const page = await context.newPage()
  await openSite(page, site)
  await sendNow(page)
}
