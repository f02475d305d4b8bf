import type { Page } from '@playwright/test'
import { locatePage, parseSlots, readView, startFlickerProbe, startScreenProbe } from '@unblink/testing'
import type { Display, Place, SlotVerdict } from '@unblink/testing'
import type { AnyEvent } from '@unblink/protocol'
import { setTimeout as sleep } from 'node:timers/promises'
import { HERO } from './faultPage.ts'
import type { FaultSite, OpenScene } from './faultSite.ts'
import type { Scene } from './faultPage.ts'
import type { WebKitSession } from './webkit.ts'

export type Engine = 'chromium' | 'firefox' | 'webkit'

/** Looks at one page after the other in one engine, by its pixels and by the page's own record. */
export interface Eye {
  readonly engine: Engine
  /** Starts the watching, and opens the page; resolves when its load event has fired. */
  look(url: string, isProbed: boolean): Promise<void>
  evaluate<T>(expression: string): Promise<T>
  /** Ends the watching. Several witnesses where the engine has them, the strongest first. */
  judge(): Promise<readonly SlotVerdict[]>
  /** Leaves the page, so that it hands over its last events. */
  leave(): Promise<void>
  /** What the driver itself heard of errors since `look`. */
  readonly errors: string[]
}

/** Chromium is watched through traces, Firefox on the display on which it was launched. */
export function createPlaywrightEye(page: Page, display?: Display): Eye {
  const errors: string[] = []
  // Firefox's driver reports what the network and policies refuse in the same way; there the page's own record must do.
  if (!display) page.on('pageerror', (error) => errors.push(error.message))
  let place: Place | undefined
  let probe: Awaited<ReturnType<typeof startFlickerProbe>> | undefined
  return {
    engine: display ? 'firefox' : 'chromium',
    errors,
    async look(url, isProbed) {
      errors.length = 0
      probe = undefined
      if (!isProbed) return void (await page.goto(url))
      const sources = display ? (['screen', 'dom'] as const) : (['trace', 'dom'] as const)
      probe = await startFlickerProbe(page, HERO, { sources, ...(display && { display }), ...(place && { place }) })
      place = probe.place
      await page.goto(url)
    },
    evaluate: <T>(expression: string) => page.evaluate<T>(expression),
    async judge() {
      if (!probe) return []
      const { hero } = (await probe.stop()).slots
      return Object.values(hero!.witnesses)
    },
    leave: async () => void (await page.goto('about:blank')),
  }
}

/** In WebKitGTK a frame is on the screen some time after the page has made it, that of an earlier view too. */
const LAG_MS = 300

/** WebKitGTK is watched on its display; the page's own record is all that is known of errors. */
export function createWebKitEye(webkit: WebKitSession, display: Display): Eye {
  let place: Place | undefined
  let probe: Awaited<ReturnType<typeof startScreenProbe>> | undefined
  return {
    engine: 'webkit',
    errors: [],
    async look(url, isProbed) {
      probe = undefined
      if (!isProbed) return webkit.goto(url)
      place ??= await locatePage(webkit, display)
      await webkit.goto('about:blank')
      await sleep(LAG_MS)
      probe = await startScreenProbe(display, HERO, { place })
      await webkit.goto(url)
    },
    evaluate: <T>(expression: string) => webkit.evaluate<T>(expression),
    async judge() {
      if (!probe) return []
      const { hero } = await probe.stop(await readView(webkit, parseSlots(HERO)))
      return [hero!]
    },
    leave: () => webkit.goto('about:blank'),
  }
}

/** What the page says of itself when it is judged. Times are its monotonic milliseconds. */
export interface PageFacts {
  readonly startedAt: number
  /** When the snippet had run: a moment before, its deadlines began. 0: it has not run. */
  readonly ranAt: number
  readonly styledAt: number
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  readonly violations: readonly string[]
  readonly cls: number
  readonly clicks: number
  readonly canary: number
  /** When a scene's busy loop ended; 0 without one. */
  readonly freeAt: number
  /** When the page's own script first found the hero visible, looking every 20 ms; 0: never. */
  readonly visibleAt: number
  readonly text: string
  readonly isVisible: boolean
  /** Other slots that cannot be seen. */
  readonly unseen: readonly string[]
  /** Names that somebody has put on every object. */
  readonly polluted: readonly string[]
  readonly animations: number
}

export interface Seen {
  readonly witnesses: readonly SlotVerdict[]
  readonly facts: PageFacts
  readonly open: OpenScene
  readonly events: readonly AnyEvent[]
  /** The value of the expression asked for. */
  readonly answer: unknown
}

/** Runs in the page. A click on the host's own button is the last thing that happens there. */
function readFacts() {
  type Tools = { witness: object; isVisible: (element: Element | null) => boolean; findHero: () => Element | null }
  const { witness, isVisible, findHero } = window as unknown as Tools
  const hero = findHero()
  const others = [...document.querySelectorAll('[data-unblink]')].filter((slot) => !isVisible(slot))
  document.getElementById('host')?.click()
  const polluted = []
  for (const name in {}) polluted.push(name)
  return {
    ...witness,
    text: (hero?.textContent ?? '').replace(/\s+/g, ' ').trim(),
    isVisible: isVisible(hero),
    unseen: others.map((slot) => slot.getAttribute('data-unblink')),
    polluted,
    animations: document.getAnimations?.().length ?? 0,
  }
}

const POLL_MS = 40
const PATIENCE_MS = 20_000

/** Waits until an expression is true in the page. Throws with the expression when it never is. */
export async function until(eye: Eye, expression: string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(POLL_MS))
    if (await eye.evaluate<boolean>(`!!(${expression})`)) return
  throw new Error(`This never became true in the page: ${expression}`)
}

export interface VisitOptions {
  /** Waits for the runtime, leaves the page, and for what the collector then stores. @default false */
  readonly withEvents?: boolean
  /** Without the probes of the pixels: for the many shapes of one fault, of which one is watched. @default false */
  readonly isLight?: boolean | undefined
  /** An expression to evaluate in the page once it has been judged. */
  readonly ask?: string | undefined
  /** Runs between the page's load and its settling. */
  readonly meanwhile?: (open: OpenScene) => Promise<unknown>
}

/** Opens a scene (or one again), waits until it may be judged, and gathers what everyone saw. */
export async function visit(
  eye: Eye,
  faults: FaultSite,
  scene: Scene | OpenScene,
  options: VisitOptions = {},
): Promise<Seen> {
  const open = 'url' in scene ? scene : faults.open(scene)
  await eye.look(open.url, !options.isLight)
  await options.meanwhile?.(open)
  await until(eye, 'window.witness && witness.isSettled')
  if (options.withEvents) await until(eye, 'window.unblink && unblink.place')
  if (eye.engine === 'webkit' && !options.isLight) await sleep(LAG_MS)
  const witnesses = await eye.judge()
  const facts = await eye.evaluate<PageFacts>(`(${readFacts.toString()})()`)
  const answer = options.ask && (await eye.evaluate(options.ask))
  const events = options.withEvents ? await leaveAndRead(eye, open) : []
  return {
    witnesses,
    facts: { ...facts, errors: [...new Set([...facts.errors, ...eye.errors])] },
    open,
    events,
    answer,
  }
}

/** Time that was told less than this before the leaving is not told again with it. */
const MOMENT_MS = 200
/** Until then the last batch is waited for; a driver may end a page before its beacon has left. */
const LAST_BATCH_MS = 5_000

/**
 * Leaves the page and returns what the collector holds of it, once its page view has come and what is told last, the engagement.
 * What a lost beacon did not bring, the next page view must: it is opened then.
 */
export async function leaveAndRead(eye: Eye, open: OpenScene): Promise<readonly AnyEvent[]> {
  // An exposure is tracked in the task after its paint, and durable a moment later.
  await eye.evaluate(
    'requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => { window.isTold = 1 }, 150)))',
  )
  await until(eye, 'window.isTold')
  const leftAt = Date.now()
  await eye.leave()
  const goneAt = Date.now()
  let isOpenAgain = false
  for (const end = goneAt + PATIENCE_MS; Date.now() < end; await sleep(POLL_MS)) {
    const events = open.events().filter(({ at }) => at <= goneAt)
    const isOver = Date.now() > goneAt + LAST_BATCH_MS
    const isWhole = isOver || events.some(({ t, at }) => t === 'engagement' && at > leftAt - MOMENT_MS)
    if (isWhole && events.some(({ t }) => t === 'page_view')) {
      if (isOpenAgain) await eye.leave()
      return events
    }
    if (isOver && !isOpenAgain) {
      isOpenAgain = true
      await eye.look(open.url, false)
    }
  }
  throw new Error(`No page view of ${open.url} was stored.`)
}
