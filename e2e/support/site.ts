import { test as base, type Page } from '@playwright/test'
import { serve, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { AnyEvent, BatchReply, EventType, Slot } from '@unblink/protocol'
import { createServer, parseSite, type SiteInput } from '@unblink/server'
import { renderSnippet } from '@unblink/snippet'
import { Hono } from 'hono'
import Database from 'libsql'
import type { Server } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getPieces, VARIANT_HTML, type PageOptions } from './testPage.ts'

const SDK_DIR = dirname(createRequire(import.meta.url).resolve('@unblink/browser/unblink.js'))

const CONTENTS = {
  html: { html: VARIANT_HTML },
  text: { text: 'Variant' },
  template: { template: 'hero-variant' },
  image: { html: `${VARIANT_HTML}<img src="/photo.svg" alt="A photo" width="40" height="40">` },
  /** Higher than the room that the page has left for it. */
  tall: { html: VARIANT_HTML.replace('"variant"', '"variant tall"') },
  attributes: { html: VARIANT_HTML, attributes: { 'data-test': 'yes' }, class: 'personal' },
}

const PHOTO = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40"/></svg>'

/** A deadline that even a busy machine keeps. */
const PATIENT_MS = 3_000

/**
 * Whether a page's profile is meant to come in time. Such a page waits patiently, so that no test hangs on how fast the
 * machine is; one whose profile comes late, or never, has the deadline of its slot.
 */
const isExpected = (profile: string | null) => profile === null || Number(profile) <= 300

const mapValues = <T, U>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => U) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]))

/** A site with one slot of each kind of outcome: hero is personalised, promo is an experiment's control, help has nothing. */
const siteOf = (content: keyof typeof CONTENTS, hero: Slot): SiteInput => ({
  id: 'test',
  keys: { browser: 'pk_test', server: 'sk_test_0123456789' },
  consent: { personalization: 'granted', analytics: 'granted' },
  slots: { hero, promo: {}, help: {} },
  experiences: [
    { id: 'welcome', slot: 'hero', kind: 'personalization', variants: [{ id: 'green', content: CONTENTS[content] }] },
    { id: 'offer', slot: 'promo', kind: 'experiment', variants: [{ id: 'control' }] },
  ],
})

type EventOf<T extends EventType> = Extract<AnyEvent, { t: T }>

interface EventRow {
  readonly id: string
  readonly view: string
  readonly seq: number
  readonly type: EventType
  readonly at: number
  readonly mt: number
  readonly location: string
  readonly payload: string
}

/**
 * What becomes of a batch: the collector answers; the connection is cut before the collector hears of it; or after it
 * has stored the events, so that only its acknowledgement is lost.
 */
type CollectorMode = 'answer' | 'cut' | 'mute'

export interface TestSite {
  /** Address of the test page under these options. */
  url(options?: PageOptions): string
  /** What the collector has stored, oldest first; `type` narrows it. */
  events<T extends EventType>(type?: T): readonly EventOf<T>[]
  /** Waits until the collector holds an event that satisfies; fails with what it holds instead. */
  waitFor<T extends EventType>(type: T, satisfies?: (event: EventOf<T>) => boolean): Promise<EventOf<T>>
  /** Requests that reached the server, `METHOD /path`. */
  readonly requests: string[]
  /** What the collector said to each batch, heard or not. */
  readonly replies: BatchReply[]
  setCollector(mode: CollectorMode): void
  /** Stops answering (connections are cut) and starts again on the same port and database. */
  stop(): Promise<void>
  restart(): Promise<void>
}

/** Runs the real server with a real database file beside the test page, on a free loopback port. */
export async function startSite(
  content: keyof typeof CONTENTS = 'html',
  hero: Slot = {},
): Promise<TestSite & { close(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-e2e-'))
  const site = parseSite(siteOf(content, hero))
  if (!site.ok) throw new Error(site.error)
  const render = (slots: Readonly<Record<string, Slot>>) => {
    const { html } = renderSnippet({ key: 'pk_test', base: '/u', consent: site.value.consent, slots })
    return `${html}<script async src="/u/unblink.js" fetchpriority="low"></script>`
  }
  const { slots } = site.value
  const patient = render(mapValues(slots, (slot) => ({ deadlineMs: PATIENT_MS, ...slot })))
  const hasty = render(mapValues(slots, (slot, name) => (name === 'hero' ? slot : { deadlineMs: PATIENT_MS, ...slot })))
  const requests: string[] = []
  const replies: BatchReply[] = []
  let collector: CollectorMode = 'answer'
  let server = await createServer({ site: site.value, dataDir, sdkDir: SDK_DIR })
  let port = 0

  const listen = () =>
    new Promise<ReturnType<typeof serve>>((resolve) => {
      const app = new Hono<{ Bindings: HttpBindings }>()
      app.use(async (c, next) => {
        requests.push(`${c.req.method} ${new URL(c.req.url).pathname}`)
        await next()
      })
      app.use('/u/v1/p', async (c, next) => {
        const profile = new URL(c.req.header('referer') ?? 'http://x').searchParams.get('profile') ?? '0'
        if (profile === 'never') await new Promise((settle) => c.req.raw.signal.addEventListener('abort', settle))
        else await sleep(Number(profile))
        return next()
      })
      app.use('/u/v1/e', async (c, next) => {
        const mode = collector
        if (mode !== 'cut') {
          await next()
          if (c.res.ok) replies.push((await c.res.clone().json()) as BatchReply)
        }
        if (mode === 'answer') return
        c.env.incoming.socket.destroy()
        c.res = RESPONSE_ALREADY_SENT
      })
      app.route('/u', server.app)
      app.get('/', (c) => {
        const query = new URL(c.req.url).searchParams
        const pieces = getPieces(
          { unprotected: query.has('unprotected'), block: Number(query.get('block') ?? 0) },
          isExpected(query.get('profile')) ? patient : hasty,
        )
        const drip = Number(query.get('drip') ?? 0)
        const encoder = new TextEncoder()
        const stream = new ReadableStream<Uint8Array>({
          async start(controller) {
            for (const piece of pieces.filter(Boolean)) {
              controller.enqueue(encoder.encode(piece))
              await sleep(drip)
            }
            controller.close()
          },
        })
        return c.body(stream, 200, { 'content-type': 'text/html; charset=utf-8' })
      })
      app.get('/photo.svg', (c) => c.body(PHOTO, 200, { 'content-type': 'image/svg+xml' }))
      app.get('/next', (c) => c.html('<!doctype html><title>Next</title><h1>Next</h1>'))
      const http = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, (info) => {
        port = info.port
        resolve(http)
      })
    })
  let http = await listen()
  const stop = async () => {
    server.endStreams()
    ;(http as Server).closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
    await server.close()
  }
  /** Reads the database file itself, from outside: what the collector says it stored is what is there. */
  const events = <T extends EventType>(type?: T) => {
    const database = new Database(join(dataDir, 'unblink.db'), { readonly: true })
    try {
      const rows = database.prepare('SELECT * FROM events ORDER BY position').all() as EventRow[]
      return rows
        .map(({ id, view, seq, at, mt, location, payload, ...row }) => ({
          i: id,
          n: seq,
          pv: view,
          t: row.type,
          at,
          mt,
          lo: location,
          p: JSON.parse(payload) as unknown,
        }))
        .filter((event) => !type || event.t === type) as unknown as readonly EventOf<T>[]
    } finally {
      database.close()
    }
  }

  return {
    url: (options = {}) =>
      `http://127.0.0.1:${port}/?${new URLSearchParams(Object.entries(options).map(([name, value]) => [name, String(value)]))}`,
    events,
    async waitFor(type, satisfies = () => true) {
      for (const end = Date.now() + 15_000; Date.now() < end; await sleep(50)) {
        const found = events(type).find(satisfies)
        if (found) return found
      }
      throw new Error(`No such ${type} was stored. Stored: ${JSON.stringify(events(), null, 1)}`)
    },
    requests,
    replies,
    setCollector: (mode) => {
      collector = mode
    },
    stop,
    async restart() {
      server = await createServer({ site: site.value, dataDir, sdkDir: SDK_DIR })
      http = await listen()
    },
    async close() {
      await stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Playwright's `test` with a site of its own for each test, and a check that the page never saw an error of ours. */
export const test = base.extend<{ site: TestSite; errors: string[] }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
  site: async ({}, use) => {
    const site = await startSite()
    await use(site)
    await site.close()
  },
  errors: [
    async ({ page }, use) => {
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(error.message))
      await use(errors)
      base.expect(errors, 'errors that the host page saw').toEqual([])
    },
    { auto: true },
  ],
})

export const expect = base.expect

/** What the slot shows to a person, and whether it can be seen at all. */
export const readSlot = (page: Page, name: string) =>
  page.evaluate((selector) => {
    const slot = document.querySelector(selector)!
    return {
      text: slot.textContent.replace(/\s+/g, ' ').trim(),
      isVisible:
        slot.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
        getComputedStyle(slot).clipPath === 'none',
      attributes: slot.getAttributeNames(),
    }
  }, `[data-unblink="${name}"]`)
