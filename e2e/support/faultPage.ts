import type { BootConfig, BootSlot, Consent } from '@unblink/protocol'
import { renderSnippet } from '@unblink/snippet'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** One request that a scene may answer in its own way; `answer` lets the real server do it. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly answer: () => void
}
export type Handler = (exchange: Exchange) => unknown

/** A page and what is wrong with it; the plain scene is a whole page whose hero is swapped for its variant. */
export interface Scene {
  /** Markup in the head before the snippet, and after the runtime's script. */
  readonly before?: string
  readonly after?: string
  /** What stands where the hero does by default; numbers are pauses in milliseconds while the page is being sent. */
  readonly body?: Pieces
  /** What the hero's template holds. @default VARIANT_HTML */
  readonly variant?: string
  /** A script expression for the hero, where the document's own query does not reach it. */
  readonly hero?: string
  /** The whole order of the page, where the snippet's place is the fault. */
  readonly order?: (parts: PageParts) => Pieces
  /** Response headers of the page. `$REPORT` in them stands for an address that counts reports. */
  readonly headers?: Readonly<Record<string, string>>
  readonly profile?: Handler
  readonly runtime?: Handler
  /** Other files of the scene, by name relative to the page. */
  readonly files?: Readonly<Record<string, Handler>>
  readonly slots?: Readonly<Record<string, BootSlot>>
  readonly consent?: Consent
  /** @default true */
  readonly earlyClicks?: boolean
  /** Where the snippet asks instead of the scene's own `u`; `$FOREIGN` stands for that under another origin. */
  readonly base?: string
  /** @default LONG_MS: room for a variant on a busy machine */
  readonly deadlineMs?: number
  /** A script expression: when the page may be judged. @default the hero can be seen, or its deadline is well over */
  readonly until?: string
  /** Milliseconds more until it is judged: late changes must show. @default 250 */
  readonly lingerMs?: number
  /** Keeps what earlier views stored. @default false */
  readonly isReturning?: boolean
}
export type Pieces = readonly (string | number)[]

export interface PageParts {
  readonly witness: string
  readonly snippet: string
  readonly runtime: string
  readonly style: string
  readonly hero: string
  readonly tail: string
}

/** A deadline that nobody mistakes for an answer that came at once, and one that is waited for. */
export const LONG_MS = 2_500
export const SHORT_MS = 400

export const NONCE = 'n0nce'
export const script = (code: string) => `<script nonce="${NONCE}">${code}</script>`

const BASELINE = [204, 0, 0] as const
const VARIANT = [0, 170, 0] as const
/** What the probes watch: whatever the hero holds, in whatever tree, these are its colours. */
export const HERO = { hero: { selector: '#stage', baseline: BASELINE, variant: VARIANT } }
export const BASELINE_TEXT = 'OneTwoThree'
export const VARIANT_TEXT = 'VariantGo on'
export const VARIANT_HTML = '<div class="variant"><h2>Variant</h2><a id="cta" href="#go">Go on</a></div>'
export const ONE = '<div class="baseline">One</div>'
export const REST = '<div class="baseline"><a id="two" href="#two">Two</a></div><div class="baseline">Three</div>'
export const HERO_HTML = `<section data-unblink="hero">${ONE}${REST}</section>`

const rgb = (colour: readonly number[]) => `rgb(${colour.join(',')})`
export const PAINT = `.baseline { height: 80px; background: ${rgb(BASELINE)} }
.variant { height: 240px; background: ${rgb(VARIANT)}; color: #fff; margin: 0; overflow: hidden }`
const STYLE = `body { margin: 0; font: 16px/1.5 sans-serif }
#stage { height: 240px; overflow: hidden } [data-unblink] { display: block }
[data-unblink=promo], [data-unblink=help] { min-height: 40px } ${PAINT}`

/**
 * The host page's own record, made before the snippet: errors, policy violations, layout shifts, warnings, and when
 * the page may be judged. It keeps the functions it needs, because scenes take them away. Runs in the page.
 */
function watchPage(
  limitMs: number,
  lingerMs: number,
  isReturning: boolean,
  isDone: () => unknown,
  findHero: () => Element | null,
): void {
  const witness = {
    startedAt: 0,
    ranAt: 0,
    styledAt: 0,
    errors: [] as string[],
    warnings: [] as string[],
    violations: [] as string[],
    cls: 0,
    clicks: 0,
    canary: 0,
    freeAt: 0,
    visibleAt: 0,
    isSettled: false,
  }
  Object.assign(window, { witness })
  if (!isReturning)
    try {
      localStorage.clear()
      sessionStorage.clear()
      document.cookie = 'unblink=; path=/; max-age=0'
    } catch {
      // Refused in this scene.
    }
  const later = setTimeout.bind(window)
  const frame = requestAnimationFrame.bind(window)
  const request = new XMLHttpRequest()
  const keep = (list: string[], text: unknown) => void list.push(String(text))
  addEventListener('error', (event) => event.message && keep(witness.errors, event.message))
  addEventListener('unhandledrejection', ({ reason }) => keep(witness.errors, (reason as Error)?.message ?? reason))
  addEventListener('securitypolicyviolation', (event) => keep(witness.violations, event.violatedDirective))
  for (const level of ['warn', 'error'] as const) {
    const write = console[level].bind(console)
    console[level] = (...values: unknown[]) => {
      keep(witness.warnings, values[0])
      write(...values)
    }
  }
  try {
    type Shift = PerformanceEntry & { value: number }
    const add = (list: PerformanceObserverEntryList) =>
      list.getEntries().forEach((entry) => (witness.cls += (entry as Shift).value))
    new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true })
  } catch {
    // Chromium alone measures shifts.
  }
  const isVisible = (slot: Element | null) => {
    if (!slot) return false
    for (
      let node: Element | null = slot;
      node;
      node = node.parentElement ?? (node.getRootNode() as ShadowRoot).host ?? null
    ) {
      const { opacity, visibility, clipPath } = getComputedStyle(node)
      if (opacity === '0' || visibility === 'hidden' || clipPath !== 'none') return false
    }
    return true
  }
  Object.assign(window, { isVisible, findHero })
  const look = () => {
    const { startedAt, canary } = witness
    const isShown = isVisible(findHero()) || performance.now() > startedAt + limitMs
    if (canary && (isDone ? isDone() : isShown))
      frame(() => frame(() => later(() => (witness.isSettled = true), lingerMs)))
    else later(look, 20)
  }
  request.open('GET', 'canary')
  request.onloadend = () => (witness.canary = request.status || -1)
  const lookWhenVisible = () => {
    if (!isVisible(findHero())) return later(lookWhenVisible, 20)
    witness.visibleAt = performance.now()
  }
  lookWhenVisible()
  addEventListener('load', () => {
    look()
    document.getElementById('host')?.addEventListener('click', () => witness.clicks++)
    request.send()
  })
}

/** The page of a scene, in the pieces in which it is sent. `path` is the scene's own, with a slash at its end. */
export function renderScene(scene: Scene, path: string, foreignOrigin = ''): Pieces {
  const { deadlineMs = LONG_MS, before = '', after = '', body = [HERO_HTML] } = scene
  const slots = scene.slots ?? { hero: { deadlineMs }, promo: { deadlineMs }, help: { deadlineMs } }
  const { lingerMs = 250, until, isReturning = false } = scene
  const hero = scene.hero ?? 'document.querySelector("[data-unblink=hero]")'
  const inputs = `${deadlineMs + 400}, ${lingerMs}, ${isReturning}, ${until ? `() => (${until})` : 'null'}, () => ${hero}`
  const parts: PageParts = {
    witness: script(`(${watchPage.toString()})(${inputs})`),
    snippet: script('witness.startedAt = performance.now()') + renderScript(scene, slots, path, foreignOrigin),
    runtime: `<script nonce="${NONCE}" async src="u/unblink.js" fetchpriority="low"></script>`,
    style: `<style nonce="${NONCE}">${STYLE}</style>`,
    hero: '<h1>Fault page</h1><div id="stage">',
    tail: `</div>${script('witness.styledAt ||= performance.now()')}
<section data-unblink="promo">Promo baseline</section><section data-unblink="help">Help baseline</section>
<button id="host">Host</button><p>End</p></body></html>`,
  }
  if (scene.order) return scene.order(parts)
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fault page</title>${parts.witness}${before}`,
    `${parts.snippet}${parts.runtime}${after}${parts.style}</head><body>${template(scene.variant)}${parts.hero}`,
    ...body,
    parts.tail,
  ]
}

export const template = (html = VARIANT_HTML) => `<template id="hero-variant">${html}</template>`

function renderScript(
  { base, consent, earlyClicks = true }: Scene,
  slots: Scene['slots'] & object,
  path: string,
  foreignOrigin: string,
): string {
  const granted: Consent = { personalization: 'granted', analytics: 'granted' }
  const config: BootConfig = {
    key: 'pk_test',
    base: base?.replace('$FOREIGN', `${foreignOrigin}${path}u`) ?? `${path}u`,
    consent: consent ?? granted,
    slots,
    earlyClicks,
  }
  // In the same script, or a slow parser might pause in between.
  return renderSnippet(config, NONCE).html.replace('</script>', ';witness.ranAt=performance.now()</script>')
}
