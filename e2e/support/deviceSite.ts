import type { EventType } from '@unblink/protocol'
import { createServer, parseSite, type Site, type SiteInput } from '@unblink/server'
import { getBootConfig, renderSnippet } from '@unblink/snippet'
import { Hono } from 'hono'
import { mkdtemp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test as base } from './site.ts'
import { startHttp } from './startHttp.ts'
import { readEvents, waitForEvent, type EventOf } from './storedEvents.ts'

const SDK_DIR = dirname(createRequire(import.meta.url).resolve('@unblink/browser/unblink.js'))

/** What a slot shows; of the same height as its default, so that nothing has to move. */
export const toContent = (text: string) => ({
  html: `<div class="box"><h2>${text}</h2><a href="#more">More</a><button data-unblink-dismiss>No, thanks</button></div>`,
})

const STYLE = `body { margin: 0; font: 16px/1.5 sans-serif } section { display: block; height: 200px } .box { height: 200px }
.tall { height: 2000px; background: #eee }`

export interface DeviceSite {
  /**
   * Address of a page; every path is one. `hero` is in view, `deep` is 2000 px further down. With `?open`, the reply leaves both
   * open, with `?slow` it comes 600 ms later. With `?tied`, the page says which manifest it is rendered for.
   */
  url(path?: string): string
  /** What the collector has stored of this type, in the order in which it happened. */
  events<T extends EventType>(type: T): readonly EventOf<T>[]
  /** Waits until the collector holds one that satisfies; fails with what it holds instead. */
  waitFor<T extends EventType>(type: T, satisfies?: (event: EventOf<T>) => boolean): Promise<EventOf<T>>
  readonly rules: Site
  /** Puts other rules into force. */
  publish(rules: Rules): void
  /** Paths of the server that were asked for. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

type Rules = Pick<SiteInput, 'experiences'> & Partial<SiteInput>

function parse(rules: Rules): Site {
  const site = parseSite({
    id: 'test',
    keys: { browser: 'pk_test', server: 'sk_test_0123456789' },
    consent: { personalization: 'granted', analytics: 'granted' },
    slots: { hero: { deadlineMs: 3_000 }, deep: { deadlineMs: 3_000 } },
    ...rules,
  })
  if (!site.ok) throw new Error(site.error)
  return site.value
}

/** Runs the real server beside pages with the slots `hero` and `deep`. */
export async function startDeviceSite(rules: Rules): Promise<DeviceSite> {
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-e2e-'))
  const site = parse(rules)
  const server = await createServer({ site, dataDir, sdkDir: SDK_DIR })
  const requests: string[] = []
  const app = new Hono()
  app.use('/u/*', async (c, next) => {
    requests.push(new URL(c.req.url).pathname)
    await next()
  })
  app.use('/u/v1/p', async (c, next) => {
    await next()
    if (c.req.header('referer')?.includes('?slow')) await sleep(600)
    if (!c.req.header('referer')?.includes('?open')) return
    const { rest: _rest, ...reply } = (await c.res.json()) as Record<string, unknown>
    c.res = Response.json({ ...reply, decisions: [] })
  })
  app.route('/u', server.app)
  app.get('/*', (c) => {
    const tied = c.req.query('tied') === undefined ? {} : { manifest: server.version }
    const { html } = renderSnippet(getBootConfig(site, tied))
    return c.html(`<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>Page</title>
${html}<script async src="/u/unblink.js"></script><style>${STYLE}</style></head>
<body><h1>Page</h1><section data-unblink="hero"><div class="box"><h2>Hero default</h2></div></section>
<button id="elsewhere">Elsewhere</button><div class="tall"></div><p id="mark">Mark</p>
<section data-unblink="deep"><div class="box"><h2>Deep default</h2></div></section><div class="tall"></div></body></html>`)
  })
  const http = await startHttp(app.fetch)

  const events = <T extends EventType>(type: T) => readEvents(dataDir, type)
  return {
    url: (path = '/') => `http://127.0.0.1:${http.port}${path}`,
    events,
    waitFor: (type, satisfies) => waitForEvent(() => events(type), satisfies),
    rules: site,
    requests,
    publish: (next) => void server.publish(parse(next)),
    close: () => http.close(dataDir, server),
  }
}

/** Playwright's `test` with `start`, which runs a site under the given rules until the test ends. */
export const test = base.extend<{ start: (rules: Rules) => Promise<DeviceSite> }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
  start: async ({}, use) => {
    const sites: DeviceSite[] = []
    await use(async (rules) => {
      const site = await startDeviceSite(rules)
      sites.push(site)
      return site
    })
    for (const site of sites) await site.close()
  },
})
export { expect }
