import { mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { ServerOptions } from '../src/serverOptions.ts'
import type { LogRecord } from '../src/log.ts'
import type { SiteInput } from '../src/site/siteInput.ts'
import { openDatabase } from '../src/store/openDatabase.ts'
import { startReceiver, type Received, type Receiver } from './startReceiver.ts'
import { COOKIE, makeSite, sendBatch, startTestServer, VISITOR, type TestServer } from './startTestServer.ts'

export const T0 = Date.UTC(2030, 0, 7, 12)
export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
/** The one that was in use before. */
export const OLD_SECRET = `whsec_${Buffer.alloc(24, 9).toString('base64')}`

export type Hook = NonNullable<SiteInput['webhooks']>[string]
export type Answer = (response: ServerResponse, count: number, message: Received) => void

export const until = async (isTrue: () => boolean | Promise<boolean>) => {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Where what webhooks keep is, other than in the server's own database. */
export interface WebhookStorage {
  /** Empty, from here on. */
  clear(): void
  getOptions(): Partial<ServerOptions>
  count(table: string): Promise<number>
  /** Waits until everything that has come before `at` has been looked at. */
  settle(at: number): Promise<void>
}

let shared: WebhookStorage | undefined
/** For the tests that are imported after it, instead of the server's own database. */
export const shareWebhookStorage = (storage: WebhookStorage): void => {
  shared = storage
}

/**
 * For each test of a file: a folder for the database, a clock that stands still, and, once they are asked for, a receiver and a
 * server; all of it is stopped afterwards.
 */
export function openWebhooks() {
  const storage = shared
  let dataDir = ''
  let receiver: Receiver
  let server: TestServer
  let stops: (() => Promise<unknown>)[] = []

  const hook = (over: Partial<Hook> = {}): Hook => ({
    url: receiver.url,
    secret: [SECRET, OLD_SECRET],
    on: { audience: 'gold', exit: true },
    ...over,
  })
  const makeHookSite = (webhooks: Record<string, Hook>, over: Partial<SiteInput> = {}) =>
    makeSite({ webhooks, privateHosts: ['127.0.0.1'], goals: { apply: {}, purchase: {} }, ...over })
  const read = (sql: string): Record<string, unknown>[] => {
    const database = openDatabase(dataDir)
    try {
      return database.prepare(sql).all() as Record<string, unknown>[]
    } finally {
      database.close()
    }
  }

  const opened = {
    now: T0,
    get receiver() {
      return receiver
    },
    get server() {
      return server
    },
    hook,
    makeHookSite,
    read,
    async receive(answer?: Answer) {
      receiver = await startReceiver({ secrets: [SECRET, OLD_SECRET], ...(answer ? { answer } : {}) })
      stops.push(receiver.stop)
    },
    /** May be called again after `stop`: the database is the same. */
    async start(
      webhooks: Record<string, Hook>,
      over: Partial<SiteInput> = {},
      options: Partial<ServerOptions> = {},
    ): Promise<readonly LogRecord[]> {
      const site = makeHookSite(webhooks, over)
      const started = await startTestServer({
        site,
        dataDir,
        now: () => opened.now,
        ...storage?.getOptions(),
        ...options,
      })
      server = started
      // It also takes away a folder of its own.
      stops.push(() => started.stop())
      return started.logs
    },
    /** As a signal does, but for the HTTP server. */
    stop: () => server.unblink.close(),
    setTier: (tier: string | null, visitor = VISITOR) => server.unblink.setAttributes(visitor, { tier }),
    send: (events: readonly unknown[], headers: Record<string, string> = COOKIE) =>
      sendBatch(server, events, { sentAt: opened.now }, headers),
    async count(table: string): Promise<number> {
      return storage
        ? await storage.count(`webhook_${table}`)
        : Number(read(`SELECT COUNT(*) AS n FROM webhook_${table}`)[0]!['n'])
    },
    isEmpty: async () => (await opened.count('outbox')) === 0,
    write(sql: string) {
      const database = openDatabase(dataDir)
      database.exec(sql)
      database.close()
    },
    /** Waits until the server has looked at everything that is due: it looks at this last of all. */
    async settle() {
      if (storage) return storage.settle(opened.now)
      const mark = `mark-${Math.random()}`
      opened.write(`INSERT INTO webhook_looks (site, visitor, due) VALUES ('bank', '${mark}', ${opened.now})`)
      await until(() => read(`SELECT 1 FROM webhook_looks WHERE visitor = '${mark}'`).length === 0)
    },
  }

  beforeEach(async () => {
    storage?.clear()
    opened.now = T0
    dataDir = await mkdtemp(join(tmpdir(), 'unblink-webhooks-'))
  })
  afterEach(async () => {
    for (const stop of stops.reverse()) await stop()
    stops = []
    await rm(dataDir, { recursive: true })
  })
  return opened
}
