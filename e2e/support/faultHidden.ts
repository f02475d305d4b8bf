import { expect } from '@playwright/test'
import { script, VARIANT_TEXT, type Scene } from './faultPage.ts'
import { readBody, type FaultSite } from './faultSite.ts'

interface Told {
  /** Epoch milliseconds. */
  readonly at: number
  readonly what: 'start' | 'seen' | 'hidden' | 'promo' | 'gone' | 'back'
  readonly isPrerendering: boolean
  readonly visibility: string
  readonly text: string
  readonly isVisible: boolean
  /** When the page last became visible, and when its first frame after that began; epoch milliseconds. */
  readonly visibleAt: number
  readonly frameAt: number
  /** State of the slot `promo`, and how long after the page could be seen it was shown; 0 while it is not. */
  readonly promo: number
  readonly promoMs: number
}

/** A scene that tells when it began, when it was seen (two frames after it came in front) and when it went away. */
export function createTelling(more: Scene = {}) {
  const told: Told[] = []
  const code = `const tell = (what) => { const hero = findHero(); const words = hero ? hero.textContent.replace(/\\s+/g, ' ').trim() : ''
    const { state: promo, shownAt } = window.unblink?.slots.promo ?? {}
    const { activationStart = 0 } = performance.getEntriesByType('navigation')[0] ?? {}
    navigator.sendBeacon('tell', JSON.stringify({ what, promo, promoMs: shownAt ? shownAt - activationStart : 0, at: Date.now(), isPrerendering: !!document.prerendering,
      visibility: document.visibilityState, text: words, isVisible: isVisible(hero), visibleAt, frameAt })) }
    let visibleAt = 0, frameAt = 0
    const look = () => { visibleAt = Date.now(); requestAnimationFrame(() => { frameAt = Date.now(); requestAnimationFrame(() => tell('seen')) }) }
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
  await expect.poll(() => find('start')?.visibility, { timeout: 30_000 }).toBe('hidden')
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  expect(find('seen')).toBeUndefined()
  await curtain.show()
  await expect.poll(() => find('seen'), { timeout: 20_000 }).toMatchObject({ isVisible: true })
  await new Promise((resolve) => setTimeout(resolve, 700))
  await curtain.hide()
  await expect.poll(() => told.filter(({ what }) => what === 'hidden').length, { timeout: 20_000 }).toBeGreaterThan(0)
  await expect.poll(() => page.events().map(({ t }) => t), { timeout: 20_000 }).toContain('engagement')

  const { visibleAt, frameAt } = find('seen')!
  const visibleMs = told.filter(({ what }) => what === 'hidden').at(-1)!.at - visibleAt
  const exposures = page.events().flatMap((event) => (event.t === 'exposure' && event.p.slot === 'hero' ? [event] : []))
  expect(exposures.length).toBe(1)
  expect(exposures[0]!.p.outcome === 'variant').toBe(find('seen')!.text === VARIANT_TEXT)
  expect(exposures[0]!.at, 'exposed no earlier than it could be seen').toBeGreaterThanOrEqual(frameAt - 100)
  for (const event of page.events())
    if (event.t === 'engagement') expect(event.p.visibleMs).toBeLessThanOrEqual(visibleMs + 250)
}

/** Whether the engine would render a page before anyone asks for it: an expression. Where it cannot, A27 cannot be. */
export const KNOWS_PRERENDERING = `'prerendering' in document || !!HTMLScriptElement.supports?.('speculationrules')`
