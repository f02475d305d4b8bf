/**
 * How the app renders the hero: as the recipe's island; as ordinary children; or in a way that renders it anew with
 * every tick: its only text, its HTML, a new element inside its only child, a new slot.
 */
export type HeroKind = 'island' | 'children' | 'text' | 'html' | 'wrapped' | 'renewed'

export interface AppOptions {
  readonly hero: HeroKind
  /** The slot is in a boundary of its own, which is hydrated after the rest, when `openBoundary` is called. @default false */
  readonly isLazy?: boolean
  /** The server renders another text elsewhere, so that React throws the whole app away and renders it anew. @default false */
  readonly isMismatched?: boolean
  /** React's strict mode, whose development build runs every effect twice. @default false */
  readonly isStrict?: boolean
  /** The slot is rendered anew every 50 ms. @default false */
  readonly isTicking?: boolean
}

/** What the page knows of its app. */
export interface Host {
  readonly options: AppOptions
  /** What the framework told its error callbacks. */
  readonly errors: string[]
  readonly boundary: Promise<void>
  readonly openBoundary: () => void
  /** An effect of the app's outermost component has run. */
  isRootHydrated: boolean
  /** An effect of the component around the slot has run. */
  isHydrated: boolean
  ticks: number
  /** How often somebody put a variant into the page. */
  swaps: number
  /** What the slot held after each change of the page, as it changed: `none`, `default`, `variant`, or a mixture of these. */
  readonly states: string[]
}

export const getHost = (): Host => (window as unknown as { host: Host }).host

/** Makes `window.host`. Runs in the page, before the snippet. */
export function createHost(options: AppOptions): void {
  let openBoundary = () => {}
  const boundary = new Promise<void>((resolve) => {
    openBoundary = resolve
  })
  const flags = { isRootHydrated: false, isHydrated: false, ticks: 0, swaps: 0 }
  const host: Host = { options, errors: [], boundary, openBoundary, ...flags, states: [] }
  const readState = () => {
    const hero = document.querySelector('[data-unblink=hero]')
    if (!hero?.hasChildNodes()) return 'none'
    if (!hero.querySelector('.variant')) return 'default'
    return hero.childNodes.length === 1 ? 'variant' : 'mixture'
  }
  const isVariant = (node: Node) => node instanceof Element && node.className === 'variant'
  new MutationObserver((records) => {
    for (const { addedNodes } of records) host.swaps += [...addedNodes].filter(isVariant).length
    const state = readState()
    if (host.states.at(-1) !== state) host.states.push(state)
  }).observe(document, { childList: true, subtree: true })
  Object.assign(window, { host })
}
