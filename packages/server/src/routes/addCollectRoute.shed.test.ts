import type { BatchReply } from '@unblink/protocol'
import { Hono } from 'hono'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { COOKIE, FROM_PAGE, makeBatch, makeEvent, makeSite } from '../../test/startTestServer.ts'
import { createBuckets } from '../collector/createBuckets.ts'
import { createPressure } from '../collector/createPressure.ts'
import { createTap } from '../createTap.ts'
import { createExportLog } from '../export/exportLog.ts'
import { createIdentity } from '../identity/createIdentity.ts'
import { createLinks } from '../identity/createLinks.ts'
import { createHub } from '../live/createHub.ts'
import { createDriftWatch } from '../metrics/createDriftWatch.ts'
import { createMetrics } from '../metrics/createMetrics.ts'
import { createModels } from '../model/createModels.ts'
import { createAudit } from '../privacy/createAudit.ts'
import { createErased } from '../privacy/createErased.ts'
import { createEraser } from '../privacy/createEraser.ts'
import { createWipe } from '../privacy/createWipe.ts'
import type { ServerContext } from '../serverContext.ts'
import { createSourceReader } from '../site/createSourceReader.ts'
import { publish } from '../site/publish.ts'
import { createStore } from '../store/createStore.ts'
import { createWriter, type QueueState } from '../store/createWriter.ts'
import { openDatabase } from '../store/openDatabase.ts'
import { createWebhooks } from '../webhooks/createWebhooks.ts'
import { addCollectRoute } from './addCollectRoute.ts'

const CALM: QueueState = { jobs: 0, bytes: 0, waitMs: 0, isFull: false }
const BUSY: QueueState = { jobs: 99, bytes: 500_000, waitMs: 45, isFull: false }
const FULL: QueueState = { jobs: 99, bytes: 500_000, waitMs: 90, isFull: false }

/** What the pressure is told of the queue; all else is as in a server. */
let queue = CALM
let app: Hono
let context: ServerContext
let close: () => void
beforeEach(() => {
  const database = openDatabase()
  const site = makeSite()
  const log = () => undefined
  const getTime = () => performance.now()
  const writer = createWriter({ database, log })
  const pressure = createPressure({ getQueue: () => queue, log })
  const metrics = createMetrics()
  const links = createLinks(database, site.id)
  const store = createStore(database, site.id)
  const wipe = createWipe({ database, log })
  const webhooks = createWebhooks({
    ...{ database, site, links, registry: metrics.registry, log, now: Date.now },
    getPublication: () => publish(site),
  })
  queue = CALM
  context = {
    publication: publish(site),
    onPublish: () => undefined,
    tap: createTap({ log, now: Date.now }),
    source: createSourceReader({ log, now: Date.now }),
    exportLog: createExportLog(database, site.id),
    geo: { read: () => undefined, close() {} },
    models: createModels({ log, answers: metrics.modelAnswers, shadows: metrics.modelShadows, getTime }),
    store,
    writer,
    database,
    identity: createIdentity(store, links),
    links,
    audit: createAudit(database, site.id),
    eraser: createEraser(database, site.id),
    erased: createErased({ getTime }),
    wipe,
    webhooks,
    pressure,
    limits: {
      visitor: createBuckets({ perSecond: 100, burst: 5_000, getTime }),
      identify: createBuckets({ perSecond: 100, burst: 5_000, getTime }),
      guess: createBuckets({ perSecond: 100, burst: 5_000, getTime }),
    },
    metrics,
    drift: createDriftWatch({ registry: metrics.registry, now: Date.now }),
    hub: createHub(),
    budget: { left: 1e6 },
    isBot: () => false,
    isDraining: () => false,
    trustProxy: false,
    log,
    now: Date.now,
  }
  app = new Hono()
  addCollectRoute(app, context)
  close = () => {
    pressure.stop()
    wipe.stop()
    writer.close()
    database.close()
  }
})
afterEach(() => close())

const HEADERS = { ...COOKIE, ...FROM_PAGE }
const POINTER = {
  t: 'pointer',
  p: { rev: 0, kind: 'mouse', viewport: [800, 600], slots: [], samples: [0, 1, 2, -1], at: [] },
}
const SCROLL = { t: 'scroll', p: { rev: 0, maxPercent: 5, maxY: 100, documentHeight: 2_000 } }
const CONVERSION = { t: 'conversion', p: { goal: 'apply' } }

const send = async (batch: object) => {
  const response = await app.request('/v1/e', { method: 'POST', headers: HEADERS, body: JSON.stringify(batch) })
  const reply = (await response.json()) as Partial<BatchReply> & { error?: { code: string } }
  return { status: response.status, retryAfter: response.headers.get('retry-after'), ...reply }
}

test('D6 under pressure pointer and scroll wait, unacknowledged, while conversions are taken', async () => {
  const trail = makeBatch([makeEvent(POINTER), makeEvent(SCROLL)])
  queue = BUSY
  const shed = await send(trail)
  expect(shed).toMatchObject({ status: 429, error: { code: 'shed' } })
  expect(Number(shed.retryAfter)).toBeGreaterThanOrEqual(2)
  expect(shed).not.toHaveProperty('ok')
  expect(context.metrics.left.get('shed')).toBe(2)

  const mixed = await send(makeBatch([makeEvent(CONVERSION), makeEvent(POINTER)]))
  expect(mixed).toMatchObject({ status: 200, ok: 2 })
  expect(mixed.next).toBeGreaterThanOrEqual(1_000)

  queue = CALM
  expect(await send(trail)).toMatchObject({ status: 200, ok: 2, dup: 0, next: 0 })
})

test('under more pressure conversions wait too, and no body is read', async () => {
  queue = FULL
  const batch = makeBatch([makeEvent(CONVERSION)])
  const request = new Request('http://x/v1/e', { method: 'POST', headers: HEADERS, body: JSON.stringify(batch) })
  const response = await app.request(request)
  expect(response.status).toBe(429)
  expect(request.bodyUsed).toBe(false)
  expect(context.metrics.bytes.get()).toBe(0)
  queue = CALM
  expect(await send(batch)).toMatchObject({ status: 200, ok: 1, dup: 0 })
})
