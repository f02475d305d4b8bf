import { expect } from '@playwright/test'
import { script, VARIANT_TEXT, type Scene } from './faultPage.ts'
import { readBody, type FaultSite } from './faultSite.ts'

interface Told {
  /** Epoch milliseconds. */
  readonly at: number
  readonly what: 'start' | 'seen' | 'hidden'
  readonly isPrerendering: boolean
  readonly visibility: string
  readonly text: string
  readonly isVisible: boolean
}

/** A scene that tells when it began, when it was seen (two frames after it came in front) and when it went away. */
export function createTelling(more: Scene = {}) {
  const told: Told[] = []
  const code = `const tell = (what) => { const hero = findHero(); const words = hero ? hero.textContent.replace(/\\s+/g, ' ').trim() : ''
    navigator.sendBeacon('tell', JSON.stringify({ what, at: Date.now(), isPrerendering: !!document.prerendering,
      visibility: document.visibilityState, text: words, isVisible: isVisible(hero) })) }
    const look = () => requestAnimationFrame(() => requestAnimationFrame(() => tell('seen')))
    tell('start'); if (document.visibilityState === 'visible' && !document.prerendering) look()
    addEventListener('visibilitychange', () => document.visibilityState === 'visible' ? look() : tell('hidden'), true)`
  const scene: Scene = {
    after: script(code),
    files: {
      tell: async ({ request, response }) => {
        told.push(JSON.parse(await readBody(request)) as Told)
        response.end()
      },
    },
    ...more,
  }
  return { scene, told, find: (what: Told['what']) => told.find((one) => one.what === what) }
}

/** How a test puts a page out of the visitor's sight. */
export interface Curtain {
  /** Opens a page behind it. */
  open(url: string): Promise<void>
  show(): Promise<unknown>
  hide(): Promise<unknown>
}

/** A25: a page that begins unseen is whole when it is shown, exposes by then and not before, and counts only seen time. */
export async function expectWholeWhenShown(faults: FaultSite, curtain: Curtain): Promise<void> {
  const { scene, told, find } = createTelling({ deadlineMs: 400 })
  const page = faults.open(scene)
  await curtain.open(page.url)
  await expect.poll(() => find('start')?.visibility).toBe('hidden')
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  expect(find('seen')).toBeUndefined()
  await curtain.show()
  await expect.poll(() => find('seen')).toMatchObject({ isVisible: true })
  await new Promise((resolve) => setTimeout(resolve, 700))
  await curtain.hide()
  await expect.poll(() => told.filter(({ what }) => what === 'hidden').length).toBeGreaterThan(0)
  await expect.poll(() => page.events().map(({ t }) => t), { timeout: 20_000 }).toContain('engagement')

  const seenAt = find('seen')!.at
  const seenMs = told.filter(({ what }) => what === 'hidden').at(-1)!.at - seenAt
  const exposures = page.events().flatMap((event) => (event.t === 'exposure' && event.p.slot === 'hero' ? [event] : []))
  expect(exposures.length).toBe(1)
  expect(exposures[0]!.p.outcome === 'variant').toBe(find('seen')!.text === VARIANT_TEXT)
  expect(exposures[0]!.at, 'exposed no earlier than it could be seen').toBeGreaterThanOrEqual(seenAt - 100)
  for (const event of page.events())
    if (event.t === 'engagement') expect(event.p.visibleMs).toBeLessThanOrEqual(seenMs + 250)
}
