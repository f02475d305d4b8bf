import { createElement as h, StrictMode, Suspense, use, useEffect, useState } from 'react'
import type { ComponentType, ReactNode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { getHost, type AppOptions } from './host.ts'

/** What docs/recipes/hydration.md gives to a React app. */
export interface ReactRecipe {
  readonly UnblinkIsland: ComponentType<{ name: string; html: string }>
  readonly useHydrated: () => void
}

const LINES = ['One', 'Two', 'Three']
const HTML = LINES.map((line) => `<div class="baseline">${line}</div>`).join('')
const TICK_MS = 50

/** The app, which is the same on the server and in the page. */
export function renderApp(recipe: ReactRecipe, options: AppOptions): ReactNode {
  const app = h(App, { recipe, options })
  return options.isStrict ? h(StrictMode, null, app) : app
}

export function hydrateApp(recipe: ReactRecipe): void {
  const { errors, options } = getHost()
  const keep = (kind: string) => (error: unknown) => void errors.push(`${kind}: ${(error as Error).message}`)
  hydrateRoot(document.getElementById('root')!, renderApp(recipe, options), {
    onRecoverableError: keep('recovered'),
    onCaughtError: keep('caught'),
    onUncaughtError: keep('uncaught'),
  })
}

interface Props {
  readonly recipe: ReactRecipe
  readonly options: AppOptions
}

function App({ recipe, options }: Props) {
  const [count, setCount] = useState(0)
  useEffect(() => {
    getHost().isRootHydrated = true
  }, [])
  const hero = h(Hero, { recipe, options })
  return h(
    'main',
    null,
    h('button', { id: 'count', onClick: () => setCount(count + 1) }, `Clicked ${count}`),
    options.isMismatched && h('i', null, typeof window === 'undefined' ? 'Server' : 'Page'),
    options.isLazy ? h(Suspense, { fallback: null }, h(Wait, null, hero)) : hero,
  )
}

/** Keeps its boundary from being hydrated until the page says so; on the server there is nothing to wait for. */
function Wait({ children }: { children?: ReactNode }) {
  if (typeof window !== 'undefined') use(getHost().boundary)
  return children
}

function Hero({ recipe, options }: Props) {
  const [tick, setTick] = useState(0)
  recipe.useHydrated()
  useEffect(() => {
    const host = getHost()
    host.isHydrated = true
    if (!options.isTicking) return
    const timer = setInterval(() => setTick((last) => (host.ticks = last + 1)), TICK_MS)
    return () => clearInterval(timer)
  }, [options.isTicking])
  const slot = { 'data-unblink': 'hero' }
  const text = `Tick ${tick}`
  switch (options.hero) {
    case 'island':
      return h(recipe.UnblinkIsland, { name: 'hero', html: HTML })
    case 'children':
      return h('section', slot, ...LINES.map((line) => h('div', { className: 'baseline', key: line }, line)))
    case 'text':
      return h('section', slot, text)
    case 'html':
      return h('section', { ...slot, dangerouslySetInnerHTML: { __html: `<div class="baseline">${text}</div>` } })
    case 'wrapped':
      return h('section', slot, h('div', null, h('div', { className: 'baseline', key: tick }, text)))
    case 'renewed':
      return h('section', { ...slot, key: tick }, h('div', { className: 'baseline' }, text))
  }
}
