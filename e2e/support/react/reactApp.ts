import { UnblinkProvider, UnblinkSlot, useDecision, useTrack, type SlotComponents } from '@unblink/react'
import { createElement as h, lazy, StrictMode, Suspense, use, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { getHost, type ReactOptions } from './reactHost.ts'

const LINES = ['One', 'Two', 'Three']
const HTML = LINES.map((line) => `<div class="baseline">${line}</div>`).join('')
const TICK_MS = 50
const IN_PAGE = typeof window !== 'undefined'

interface BannerProps {
  readonly title: string
  readonly image?: string
}

function Banner({ title, image }: BannerProps) {
  return h(
    'div',
    { className: 'variant' },
    h('h2', null, title),
    h('a', { id: 'cta', href: '#go' }, 'Go on'),
    image && h('img', { src: image, alt: '', width: 40, height: 40 }),
  )
}

const components: SlotComponents = {
  Banner,
  Lazy: lazy(async () => {
    await getHost().component
    return { default: Banner }
  }),
  Broken() {
    throw new Error('host: this component is broken')
  },
}

/** The app, which is the same on the server and in the page. `wait` keeps the slot's boundary from being rendered. */
export function renderReact(options: ReactOptions, wait?: Promise<void>): ReactNode {
  const app = h(UnblinkProvider, { components }, h(App, { options, wait }))
  return options.isStrict ? h(StrictMode, null, app) : app
}

export function startReact(): void {
  const { errors, options, boundary } = getHost()
  const keep = (kind: string) => (error: unknown) => void errors.push(`${kind}: ${(error as Error).message}`)
  const callbacks = {
    onRecoverableError: keep('recovered'),
    onCaughtError: keep('caught'),
    onUncaughtError: keep('uncaught'),
  }
  const root = document.getElementById('root')!
  const app = renderReact(options, options.isLazy ? boundary : undefined)
  if (options.isClientOnly) createRoot(root, callbacks).render(app)
  else hydrateRoot(root, app, callbacks)
}

interface Props {
  readonly options: ReactOptions
  readonly wait?: Promise<void> | undefined
}

function App({ options, wait }: Props) {
  const [count, setCount] = useState(0)
  const [page, setPage] = useState(0)
  const track = useTrack()
  useEffect(() => {
    const host = getHost()
    host.isRootHydrated = true
    host.track = track
  }, [track])
  const turn = () => {
    const next = page + 1
    const setAddress = () => history.pushState(null, '', `?page=${next}`)
    if (options.first === 'render') {
      // Rendered by React in a microtask, before that in which the runtime opens the next view.
      setPage(next)
      setAddress()
    } else {
      setAddress()
      flushSync(() => setPage(next))
    }
  }
  const hero = h(Hero, { options, page, key: page })
  return h(
    'main',
    null,
    h('button', { id: 'count', onClick: () => setCount(count + 1) }, `Clicked ${count}`),
    h('button', { id: 'turn', onClick: turn }, `Turn page ${page}`),
    options.isMismatched && h('i', null, IN_PAGE ? 'Page' : 'Server'),
    // The boundary is there on both sides, or their HTML would differ.
    options.isLazy ? h(Suspense, { fallback: null }, h(Wait, { wait }, hero)) : hero,
  )
}

function Wait({ wait, children }: { wait?: Promise<void> | undefined; children?: ReactNode }) {
  if (wait) use(wait)
  return children
}

function Hero({ options, page }: Props & { readonly page: number }) {
  const [tick, setTick] = useState(0)
  useEffect(() => {
    const host = getHost()
    host.isHydrated = true
    if (!options.ticking) return
    const timer = setInterval(() => setTick((last) => (host.ticks = last + 1)), TICK_MS)
    return () => clearInterval(timer)
  }, [options.ticking])
  const isAnew = options.ticking === 'children'
  const lines = LINES.map((line) =>
    h('div', { className: 'baseline', key: isAnew ? `${line} ${tick}` : line, title: `${page} ${tick}` }, line),
  )
  if (options.hero === 'own') return h(OwnSlot, null, lines)
  const slot = { as: 'section', name: 'hero', key: options.ticking === 'slot' ? tick : 'hero' } as const
  if (options.hero === 'island') return h(UnblinkSlot, { ...slot, html: HTML })
  return h(UnblinkSlot, slot, lines)
}

/** A slot that the app renders itself. */
function OwnSlot({ children }: { children?: ReactNode }) {
  const { content, variant, ref } = useDecision('hero')
  const { title } = (content?.props ?? {}) as Partial<BannerProps>
  return h(
    'section',
    { 'data-unblink': 'hero', ref },
    h('div', { title: variant ?? 'default' }, title === undefined ? children : h(Banner, { title })),
  )
}
