import type { EventType, Rotation, Slot } from '@unblink/protocol'
import { createServer, parseSite } from '@unblink/server'
import { renderSnippet } from '@unblink/snippet'
import { Hono } from 'hono'
import { mkdtemp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startHttp } from './startHttp.ts'
import { readEvents, type EventOf } from './storedEvents.ts'

const SDK_DIR = dirname(createRequire(import.meta.url).resolve('@unblink/browser/unblink.js'))
const NONCE = 'n0nce'
/** Nothing without the nonce, no inline styles, and no string may become markup or code. */
const POLICY = `default-src 'none'; connect-src 'self'; img-src data:; script-src 'nonce-${NONCE}'; style-src 'nonce-${NONCE}'; require-trusted-types-for 'script'; trusted-types 'none'`

/** The longest pace: within a test, nothing turns but what the test makes turn. */
export const EVERY_MS = 60_000

const toOffer = (name: string, className = '') => ({
  html: `<div class="offer ${className}"><h2>${name}</h2><p>What ${name} has to offer.</p><a id="${name}" href="#${name}">Go to ${name}</a></div>`,
})

const STYLE = `body { margin: 0; font: 16px/1.5 sans-serif } section { display: block; min-height: 200px; margin: 20px }
.offer { height: 200px; box-sizing: border-box; padding: 16px; background: #eef } .tall { height: 320px } .tower { height: 1400px }`

export interface RotationPage {
  /** The tag of the slot. @default 'section' */
  readonly tag?: string
  /** The slot lies below the fold. */
  readonly below?: boolean
  /** The profile answers after a second. */
  readonly late?: boolean
  /** The runtime comes from another origin, without CORS. */
  readonly foreign?: boolean
}

export interface RotationSite {
  url(options?: RotationPage): string
  /** What the collector has stored of this type, in the order in which it happened. */
  events<T extends EventType>(type: T): readonly EventOf<T>[]
  /** Waits until the collector has stored so many; fails with what it has stored instead. */
  waitFor<T extends EventType>(type: T, count: number): Promise<readonly EventOf<T>[]>
  /** Paths of the SDK's files that were asked for. */
  readonly files: readonly string[]
  close(): Promise<void>
}

/**
 * Runs the real server beside a page under a strict policy whose slot `offers` rotates: One, Two, a third that is too tall
 * for its place, Four.
 */
export async function startRotationSite(rotation: Partial<Rotation> = {}, slot: Slot = {}): Promise<RotationSite> {
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-e2e-'))
  const contents = [toOffer('Two'), toOffer('Three', 'tall'), toOffer('Four')]
  const site = parseSite({
    id: 'test',
    keys: { browser: 'pk_test' },
    consent: { personalization: 'granted', analytics: 'granted' },
    slots: { offers: { deadlineMs: 3_000, ...slot } },
    experiences: [
      {
        id: 'intents',
        slot: 'offers',
        kind: 'personalization',
        variants: [{ id: 'all', content: toOffer('One'), rotation: { everyMs: EVERY_MS, contents, ...rotation } }],
      },
    ],
  })
  if (!site.ok) throw new Error(site.error)
  const { consent, slots } = site.value
  const { html } = renderSnippet({ key: 'pk_test', base: '/u', consent, slots }, NONCE)
  const server = await createServer({ site: site.value, dataDir, sdkDir: SDK_DIR })
  const files: string[] = []
  const app = new Hono()
  app.use('/u/*', async (c, next) => {
    const { pathname } = new URL(c.req.url)
    if (pathname.endsWith('.js')) files.push(pathname)
    await next()
  })
  app.use('/u/v1/p', async (c, next) => {
    if (c.req.header('referer')?.includes('late')) await sleep(1_000)
    await next()
  })
  app.route('/u', server.app)
  app.get('/', (c) => {
    const { tag = 'section', below, foreign } = c.req.query()
    // The same server under another name is another origin.
    const runtime = `${foreign ? `http://localhost:${http.port}` : ''}/u/unblink.js`
    c.header('content-security-policy', POLICY)
    return c.html(`<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>Rotation</title>
${html}<script nonce="${NONCE}" async src="${runtime}"></script><style nonce="${NONCE}">${STYLE}</style></head>
<body><h1>Rotation</h1><button id="before">Before</button>${below ? '<div class="tower"></div>' : ''}
<${tag} data-unblink="offers" aria-label="Offers"><div class="offer"><h2>Baseline</h2></div></${tag}>
<button id="after">After</button><div class="tower"></div></body></html>`)
  })
  const http = await startHttp(app.fetch)

  const events = <T extends EventType>(type: T) => readEvents(dataDir, type)
  return {
    url: (options = {}) =>
      `http://127.0.0.1:${http.port}/?${new URLSearchParams(Object.entries(options).map(([name, value]) => [name, String(value)]))}`,
    events,
    async waitFor(type, count) {
      for (const end = Date.now() + 20_000; Date.now() < end && events(type).length < count; await sleep(50));
      if (events(type).length === count) return events(type)
      throw new Error(`Not ${count} of ${type} were stored: ${JSON.stringify(events(type), null, 1)}`)
    },
    files,
    close: () => http.close(dataDir, server),
  }
}
