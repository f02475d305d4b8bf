import { test as base, type Page } from '@playwright/test'
import type { EventType } from '@unblink/protocol'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { queryStored, waitForEvent, type EventOf } from './storedEvents.ts'

export interface GtmShop {
  readonly url: string
  /** What the collector has stored of this type, in the order in which it happened. */
  events<T extends EventType>(type: T): readonly EventOf<T>[]
  /** Waits until the collector holds one that satisfies; fails with what it holds instead. */
  waitFor<T extends EventType>(type: T, satisfies?: (event: EventOf<T>) => boolean): Promise<EventOf<T>>
}

interface RunningShop extends GtmShop {
  /** From now on only what new visitors do is told. */
  forget(): void
  close(): Promise<void>
}

const SERVE = fileURLToPath(new URL('../../examples/gtm-shop/dist/serve.js', import.meta.url))

/** Starts the example as its README does, on a free port. */
async function startGtmShop(): Promise<RunningShop> {
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-gtm-'))
  const shop = spawn(process.execPath, [SERVE, '--port', '0', '--data', dataDir], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (text: Buffer) => {
      said += String(text)
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0]
      if (found) resolve(found)
    }
    shop.stdout.on('data', listen)
    shop.stderr.on('data', listen)
    shop.once('exit', () => reject(new Error(`The shop has ended: ${said}`)))
  })
  const ask = (query: string, ...values: unknown[]) => queryStored(dataDir, query, ...values)
  let since = 0
  let others = new Set<string | null>()
  const events = <T extends EventType>(type: T) => {
    const rows = ask(
      'SELECT view, visitor, payload FROM events WHERE type = ? AND position > ? ORDER BY at, seq',
      type,
      since,
    ) as { view: string; visitor: string | null; payload: string }[]
    return rows
      .filter(({ visitor }) => !others.has(visitor))
      .map(({ view, payload }) => ({
        pv: view,
        t: type,
        p: JSON.parse(payload) as unknown,
      })) as unknown as readonly EventOf<T>[]
  }
  return {
    url,
    events,
    forget() {
      const [row] = ask('SELECT max(position) AS position FROM events') as { position: number | null }[]
      since = row?.position ?? 0
      const known = ask('SELECT DISTINCT visitor FROM events WHERE visitor IS NOT NULL') as { visitor: string }[]
      others = new Set(known.map(({ visitor }) => visitor))
    },
    waitFor: (type, satisfies) => waitForEvent(() => events(type), satisfies),
    async close() {
      shop.kill('SIGTERM')
      if (shop.exitCode === null) await once(shop, 'exit')
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** One item of the page's data layer, as far as it can be read from outside. */
export interface LayerEntry {
  readonly event?: string
  readonly exp_variant_string?: string
  readonly unblink?: { readonly slot?: string; readonly outcome?: string; readonly experience?: string }
}

export const readLayer = (page: Page, event: string): Promise<readonly LayerEntry[]> =>
  page.evaluate((name) => {
    const { dataLayer } = window as unknown as { dataLayer: LayerEntry[] }
    return dataLayer.filter((item) => item.event === name).map((item) => JSON.parse(JSON.stringify(item)) as LayerEntry)
  }, event)

/** Playwright's `test` with the example shop: one for all tests of a worker, of which each sees its own visitor's events. */
export const test = base.extend<{ shop: GtmShop }, { running: RunningShop }>({
  running: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
    async ({}, use) => {
      const shop = await startGtmShop()
      await use(shop)
      await shop.close()
    },
    { scope: 'worker' },
  ],
  shop: async ({ running }, use) => {
    running.forget()
    await use(running)
  },
})
