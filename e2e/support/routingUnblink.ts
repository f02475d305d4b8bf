import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import type { Exposure } from '@unblink/protocol'
import { createServer, parseSite, type Site, type UnblinkServer } from '@unblink/server'
import { renderSnippet } from '@unblink/snippet'
import { Hono } from 'hono'
import Database from 'libsql'
import { getPieces, VARIANT_HTML } from './testPage.ts'

const SDK_DIR = dirname(createRequire(import.meta.url).resolve('@unblink/browser/unblink.js'))

/** What the server saw of one request. */
export interface SeenRequest {
  /** `METHOD /path` */
  readonly line: string
  readonly at: number
  readonly cookie: string | undefined
  readonly authorization: string | undefined
}

export interface StoredExposure {
  readonly visitor: string | null
  readonly payload: Exposure
}

export interface RoutedUnblink {
  readonly site: Site
  readonly server: UnblinkServer
  /** The server with a note of each request, to be mounted. */
  readonly app: Hono
  /** Its own address, as a process of its own would have. */
  readonly url: string
  readonly requests: SeenRequest[]
  getProfileRequests(): readonly SeenRequest[]
  /** Waits until so many exposures of the hero are in the database file. */
  waitForExposures(count: number): Promise<readonly StoredExposure[]>
  close(): Promise<void>
}

export async function listen(server: Server, port = 0): Promise<{ url: string; close: () => Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const listenTo = (listener: RequestListener) => listen(createHttpServer(listener))

/** The real server with a database file, told to trust its proxy, at an address of its own. */
export async function startUnblink(origins: readonly string[] = []): Promise<RoutedUnblink> {
  const parsed = parseSite({
    id: 'routed',
    origins,
    keys: { browser: 'pk_routed' },
    consent: { personalization: 'granted', analytics: 'granted' },
    // Which way the reply came is what matters here, not how fast.
    slots: { hero: { deadlineMs: 3_000 } },
    experiences: [
      {
        id: 'welcome',
        slot: 'hero',
        kind: 'personalization',
        variants: [{ id: 'green', content: { html: VARIANT_HTML } }],
      },
    ],
  })
  if (!parsed.ok) throw new Error(parsed.error)
  const site = parsed.value
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-routed-'))
  const server = await createServer({ site, dataDir, sdkDir: SDK_DIR, trustProxy: true })
  const requests: SeenRequest[] = []
  const app = new Hono()
  app.use(async (c, next) => {
    const { pathname } = new URL(c.req.url)
    const [cookie, authorization] = [c.req.header('cookie') || undefined, c.req.header('authorization')]
    requests.push({ line: `${c.req.method} ${pathname}`, at: performance.now(), cookie, authorization })
    await next()
  })
  app.route('/', server.app)
  const listening = await listenTo(getRequestListener(app.fetch))

  const readExposures = (): readonly StoredExposure[] => {
    const database = new Database(join(dataDir, 'unblink.db'), { readonly: true })
    const rows = database
      .prepare(`SELECT visitor, payload FROM events WHERE type = 'exposure' ORDER BY position`)
      .all() as { visitor: string | null; payload: string }[]
    database.close()
    return rows.map(({ visitor, payload }) => ({
      visitor,
      payload: JSON.parse(payload) as StoredExposure['payload'],
    }))
  }

  return {
    site,
    server,
    app,
    url: listening.url,
    requests,
    getProfileRequests: () => requests.filter(({ line }) => / (\/u)?\/v1\/p$/.test(line)),
    async waitForExposures(count) {
      for (const end = Date.now() + 15_000; Date.now() < end; await sleep(50)) {
        const exposures = readExposures()
        if (exposures.length >= count) return exposures
      }
      const seen = requests.map(({ line }) => line).join(', ')
      throw new Error(
        `Fewer than ${count} exposures were stored: ${JSON.stringify(readExposures())}. Requests: ${seen}`,
      )
    },
    async close() {
      await listening.close()
      await server.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The snippet and the runtime's script. `ask` is the snippet's. */
export function renderHead({ site }: RoutedUnblink, ask?: string): string {
  const config = { key: site.keys.browser, base: '/u', consent: site.consent, slots: site.slots }
  const { html } = renderSnippet(ask === undefined ? config : { ...config, ask })
  return html + RUNTIME
}

export const RUNTIME = '<script async src="/u/unblink.js" fetchpriority="low"></script>'

/** The test page with this at the top of its head. */
export const renderPage = (head: string): string => getPieces({}, head).join('')
