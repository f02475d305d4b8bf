import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnyEvent, BatchReply, Consent, ProfileReply } from '@unblink/protocol'
import { createServer, type UnblinkServer } from '../src/createServer.ts'
import type { ServerOptions } from '../src/serverOptions.ts'
import type { LogRecord } from '../src/log.ts'
import { parseSite } from '../src/site/parseSite.ts'
import type { Site } from '../src/site/site.ts'
import type { SiteInput } from '../src/site/siteInput.ts'
import { serve } from '../src/serve.ts'

export const SERVER_KEY = 'secret-of-the-test-server'
export const GRANTED: Consent = { personalization: 'granted', analytics: 'granted' }

export const siteInput = {
  id: 'bank',
  keys: { browser: 'bank-page', server: SERVER_KEY },
  origins: ['https://www.bank.example'],
  slots: { 'home.hero': {}, 'home.side': {} },
  audiences: {
    mortgage: { 'intent.primary': 'mortgage', holdings: { $nin: ['mortgage'] } },
    gold: { tier: 'gold' },
  },
  experiences: [
    {
      id: 'hero',
      slot: 'home.hero',
      kind: 'personalization' as const,
      audience: 'mortgage',
      variants: [{ id: 'rates', content: { text: 'Our rates' } }],
    },
    {
      id: 'side',
      slot: 'home.side',
      kind: 'personalization' as const,
      audience: 'gold',
      variants: [{ id: 'lounge', content: { text: 'The lounge' } }],
    },
  ],
  categories: { mortgage: { paths: ['/mortgage/*'], intent: true } },
  goals: { apply: { holdings: ['mortgage'] } },
  expose: ['intent.primary', 'visits.count', 'holdings'],
  queryAllowList: ['utm_source'],
} satisfies SiteInput

export function makeSite(over: Partial<SiteInput> = {}): Site {
  const site = parseSite({ ...siteInput, ...over })
  if (!site.ok) throw new Error(site.error)
  return site.value
}

export interface TestServer {
  readonly url: string
  readonly dataDir: string
  readonly unblink: UnblinkServer
  readonly logs: LogRecord[]
  readonly stop: () => Promise<void>
}

/** What the servers of one test file are started with, beside their own options. @default nothing */
let shared = (): Partial<ServerOptions> => ({})
export const shareOptions = (options: () => Partial<ServerOptions>): void => {
  shared = options
}

/** A real server on a free loopback port, with a database file in a folder of its own. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-server-'))
  const logs: LogRecord[] = []
  // What only a server of a cluster says, each time it starts, is not what a test of a route looks for.
  const log = (record: LogRecord) => void (record.code === 'partitions_changed' || logs.push(record))
  const unblink = await createServer({ site: makeSite(), dataDir, log, ...shared(), ...options })
  const serving = await serve(unblink, { port: 0, host: '127.0.0.1' })
  if (!serving.ok) throw new Error(serving.error)
  return {
    url: serving.value.url,
    dataDir,
    unblink,
    logs,
    async stop() {
      await serving.value.stop()
      await rm(dataDir, { recursive: true })
    },
  }
}

let count = 0
/** A fresh UUIDv7-shaped id. */
export const makeId = (): string =>
  `0192f3a4-0000-7000-8000-${(Date.now() * 1_000 + count++).toString(16).padStart(12, '0').slice(-12)}`

export const makeEvent = (over: Partial<Record<keyof AnyEvent, unknown>> = {}): AnyEvent =>
  ({
    i: makeId(),
    n: 0,
    pv: '0192f3a4-0000-7000-8000-0000000000aa',
    t: 'engagement',
    at: Date.now(),
    mt: 9_000,
    lo: '/mortgage/rates',
    p: { rev: 1, visibleMs: 9_000, activeMs: 9_000 },
    ...over,
  }) as AnyEvent

export const makeBatch = (events: readonly unknown[], over: object = {}) => ({
  v: 1,
  key: 'bank-page',
  session: 's',
  sentAt: Date.now(),
  consent: GRANTED,
  events,
  ...over,
})

export const makeRequest = (over: object = {}) => ({
  v: 1,
  key: 'bank-page',
  slots: { 'home.hero': {} },
  url: '/',
  referrer: '',
  consent: GRANTED,
  ...over,
})

type Headers = Record<string, string>

/** A visitor's; Node's own says that it is a program. */
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'

/** As a page of the server's own origin sends it. */
export const post = (url: string, body: unknown, headers: Headers = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', 'user-agent': BROWSER, origin: new URL(url).origin, ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  })

export async function askProfile(server: TestServer, over: object = {}, headers: Headers = {}) {
  const response = await post(`${server.url}/v1/p`, makeRequest(over), headers)
  return { status: response.status, headers: response.headers, reply: (await response.json()) as ProfileReply }
}

export async function sendBatch(
  server: TestServer,
  events: readonly unknown[],
  over: object = {},
  headers: Headers = {},
) {
  const response = await post(`${server.url}/v1/e`, makeBatch(events, over), headers)
  return { status: response.status, headers: response.headers, reply: (await response.json()) as BatchReply }
}

/** The `name=value` of the visitor cookie that a reply sets. */
export const getCookie = (headers: globalThis.Headers): string | undefined =>
  /ub_v=[^;]*/.exec(headers.get('set-cookie') ?? '')?.[0]

export const VISITOR = 'b6e5c3de-6f0e-4c7b-9a53-0c3d3f0a8b11'
export const COOKIE: Headers = { cookie: `ub_v=${VISITOR}` }

/** What a browser says of itself when a page asks its own origin. */
export const FROM_PAGE: Headers = { 'sec-fetch-site': 'same-origin' }
