/** How the test's app behaves. */
export interface ReactOptions {
  /** The slot's default is children (`slot`), HTML (`island`), or the app renders the slot's element itself (`own`). */
  readonly hero: 'slot' | 'island' | 'own'
  /** Nothing is rendered on the server. @default false */
  readonly isClientOnly?: boolean
  /** The slot is in a boundary of its own, which is hydrated after the rest, when `openBoundary` is called. @default false */
  readonly isLazy?: boolean
  /** The server renders another text elsewhere, so that React throws the whole app away and renders it anew. @default false */
  readonly isMismatched?: boolean
  /** React's strict mode, whose development build renders and runs every effect twice. @default false */
  readonly isStrict?: boolean
  /** What is rendered anew every 50 ms: the children inside the slot, or the slot itself, under another key. @default nothing */
  readonly ticking?: 'children' | 'slot'
  /** A turn of the page changes the address and then renders, or the other way round; both in one task. @default 'address' */
  readonly first?: 'address' | 'render'
}

/** What the page knows of its app. */
export interface ReactHost {
  readonly options: ReactOptions
  /** What React told its error callbacks. */
  readonly errors: string[]
  readonly boundary: Promise<void>
  readonly openBoundary: () => void
  /** The code of the lazy component. */
  readonly component: Promise<void>
  readonly openComponent: () => void
  isRootHydrated: boolean
  /** An effect of the component around the slot has run. */
  isHydrated: boolean
  ticks: number
  /** How often somebody put a variant by itself into the page. */
  swaps: number
  /** What the slot held after each change of the page, as it changed: `none`, `default`, `variant`, or a mixture of these. */
  readonly states: string[]
  /** What `useTrack` gives. */
  track?: unknown
}

export const getHost = (): ReactHost => (window as unknown as { host: ReactHost }).host

/** Makes `window.host`. Runs in the page, before the snippet. */
export function createReactHost(options: ReactOptions): void {
  let openBoundary = () => {}
  let openComponent = () => {}
  const host: ReactHost = {
    options,
    errors: [],
    boundary: new Promise((resolve) => (openBoundary = resolve)),
    openBoundary: () => openBoundary(),
    component: new Promise((resolve) => (openComponent = resolve)),
    openComponent: () => openComponent(),
    isRootHydrated: false,
    isHydrated: false,
    ticks: 0,
    swaps: 0,
    states: [],
  }
  const readState = () => {
    const hero = document.querySelector('[data-unblink=hero]')
    if (!hero?.hasChildNodes()) return 'none'
    const [holdsVariant, holdsDefault] = ['.variant', '.baseline'].map((content) => !!hero.querySelector(content))
    if (holdsVariant && holdsDefault) return 'mixture'
    return holdsVariant ? 'variant' : 'default'
  }
  const isVariant = (node: Node) => node instanceof Element && node.className === 'variant'
  new MutationObserver((records) => {
    for (const { addedNodes } of records) host.swaps += [...addedNodes].filter(isVariant).length
    const state = readState()
    if (host.states.at(-1) !== state) host.states.push(state)
  }).observe(document, { childList: true, subtree: true })
  Object.assign(window, { host })
}
