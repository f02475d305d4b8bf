import { performance } from 'node:perf_hooks'
import { fail, ok, type Result } from '@unblink/protocol'
import { Hono } from 'hono'
import { routePath } from 'hono/route'
import { createBuckets } from './collector/createBuckets.ts'
import { createPressure } from './collector/createPressure.ts'
import { decideFor, type DecidedFor, type DecideForInput } from './decideFor.ts'
import { createExportLog } from './export/exportLog.ts'
import { createForwarder } from './forward/createForwarder.ts'
import { createIdentity } from './identity/createIdentity.ts'
import { createLinks } from './identity/createLinks.ts'
import { withLinks } from './identity/withLinks.ts'
import { createHub } from './live/createHub.ts'
import { createTap } from './createTap.ts'
import { refuse } from './http/refuse.ts'
import { limitLog } from './limitLog.ts'
import { getMessage } from './log.ts'
import { createDriftWatch } from './metrics/createDriftWatch.ts'
import { createMetrics } from './metrics/createMetrics.ts'
import { createModels } from './model/createModels.ts'
import { restoreArms } from './model/restoreArms.ts'
import { createAudit } from './privacy/createAudit.ts'
import { createErased } from './privacy/createErased.ts'
import { createEraser } from './privacy/createEraser.ts'
import { createWipe } from './privacy/createWipe.ts'
import type { Profile } from './profile/profile.ts'
import { addAttributesRoute } from './routes/addAttributesRoute.ts'
import { addCollectRoute } from './routes/addCollectRoute.ts'
import { addEraseRoute } from './routes/addEraseRoute.ts'
import { addExportRoute } from './routes/addExportRoute.ts'
import { addHeadRoute } from './routes/addHeadRoute.ts'
import { addHealthRoutes } from './routes/addHealthRoutes.ts'
import { addHooksRoute } from './routes/addHooksRoute.ts'
import { addIdentityRoutes } from './routes/addIdentityRoutes.ts'
import { addImportRoute } from './routes/addImportRoute.ts'
import { addLinkRoutes } from './routes/addLinkRoutes.ts'
import { addLiveRoutes } from './routes/addLiveRoutes.ts'
import { addManifestRoute } from './routes/addManifestRoute.ts'
import { addMetricsRoutes } from './routes/addMetricsRoutes.ts'
import { addPreflightRoutes } from './routes/addPreflightRoutes.ts'
import { addPreviewRoute } from './routes/addPreviewRoute.ts'
import { addPrivacyRoutes } from './routes/addPrivacyRoutes.ts'
import { addProfileRoute } from './routes/addProfileRoute.ts'
import { addSdkRoute } from './routes/addSdkRoute.ts'
import { serveRole } from './scale/serveRole.ts'
import type { ServerContext } from './serverContext.ts'
import type { RateLimit, ServerOptions } from './serverOptions.ts'
import { setAttributes } from './setAttributes.ts'
import { createSourceReader } from './site/createSourceReader.ts'
import { publish, type Publication } from './site/publish.ts'
import type { Site } from './site/site.ts'
import { openGeo } from './sources/openGeo.ts'
import { createRetention } from './store/createRetention.ts'
import { createStore } from './store/createStore.ts'
import { createWriter, type Commit } from './store/createWriter.ts'
import { openDatabase } from './store/openDatabase.ts'
import { StorageAway } from './store/StorageAway.ts'
import { createWebhooks } from './webhooks/createWebhooks.ts'

const MAX_OPEN_BODY_BYTES = 64 * 1024 * 1024
const MIN_RETENTION_DAYS = 8

/** A page that comes back after a day offline may hold 5 000 events, and shall get rid of them at once. */
const VISITOR_LIMIT: RateLimit = { perSecond: 100, burst: 5_000 }
/** Nobody logs in and out faster, and each change is a write. */
const IDENTIFY_LIMIT: RateLimit = { perSecond: 0.2, burst: 20 }
/** No page of ours names a visitor of whom nothing is known when it asks for a profile. */
const GUESS_LIMIT: RateLimit = { perSecond: 20, burst: 200 }
/** The audit refuses to forget what is younger than a year. */
const AUDIT_MS = 366 * 86_400_000

export interface UnblinkServer {
  /** To be served by itself, or mounted by a host application: `host.route('/u', server.app)`. */
  readonly app: Hono
  /** Sets attributes of a visitor as `PUT /v1/visitors/:visitor/attributes` does. Rejects when they are not sound or cannot be written. */
  setAttributes(visitorId: string, set: Readonly<Record<string, unknown>>): Promise<void>
  /**
   * The visitor's decisions, for an origin that puts them into the page itself (see `renderReply`). Rejects when a slot is
   * none of the site's, or when the database cannot be read.
   */
  decideFor(input: DecideForInput): Promise<DecidedFor>
  /**
   * Puts other rules into force, from the next request on; requests that have begun end with those they began with. Answers
   * the version of the manifest, or why it cannot be: the site's id names its data, so that stays.
   */
  publish(site: Site): Result<string>
  /** The manifest's version in force, for pages that are rendered anew for each request: see `BootConfig.manifest`. */
  readonly version: string
  /** What is known of a visitor, as it is stored; undefined when that is nothing. */
  readProfile(visitorId: string): Profile | undefined
  /** From now on `/ready` says no, so that a load balancer asks others; all else is answered as before. */
  drain(): void
  /** Ends the live streams, which otherwise keep an HTTP server from closing. */
  endStreams(): void
  /** Writes what is queued, ends the live streams and closes the database. Stop taking requests before. */
  close(): Promise<void>
}

/** Builds one site's server. Rejects when the database cannot be opened, or when an option is not sound. */
export async function createServer({
  site,
  dataDir,
  scale,
  sdkDir,
  live = false,
  trustProxy = false,
  geo: geoOptions,
  isBot = () => false,
  visitorLimit = VISITOR_LIMIT,
  keyLimit,
  retentionDays,
  log: tell = () => {},
  now = Date.now,
}: ServerOptions): Promise<UnblinkServer> {
  if (retentionDays !== undefined && !(retentionDays >= MIN_RETENTION_DAYS))
    throw new Error(
      `retentionDays: expected at least ${MIN_RETENTION_DAYS}, got ${retentionDays}. Pages send events for 7 days, and repeats are known by what is stored.`,
    )
  const log = limitLog({ log: tell })
  const metrics = createMetrics()
  const geo = await openGeo({ options: geoOptions, trustProxy, registry: metrics.registry, log })
  const database = openDatabase(dataDir)
  const plainLinks = createLinks(database, site.id)
  const getPublication = () => publication
  // The workers of a cluster tell, of what is in the cluster.
  const ownWebhooks = scale
    ? undefined
    : createWebhooks({
        ...{ database, site, links: plainLinks, registry: metrics.registry, log, now, getPublication },
      })
  const links = ownWebhooks?.watchLinks(plainLinks) ?? plainLinks
  const plainStore = createStore(database, site.id)
  const ownStore = ownWebhooks?.watchStore(plainStore) ?? plainStore
  const local = withLinks(ownStore, links)
  const audit = createAudit(database, site.id)
  const wipe = createWipe({ database, log })
  const onCommit = ({ jobs, ms }: Commit) => {
    metrics.commitJobs.observe(jobs)
    metrics.commitSeconds.observe(ms / 1_000)
  }
  const localWriter = createWriter({ database, log, onCommit })
  const own = { store: local, writer: localWriter, eraser: createEraser(database, site.id) }
  let publication = publish(site)
  const getSite = () => publication.site
  const input = { getPublication, own, registry: metrics.registry, retentionDays, onCommit, log, now }
  // The client of NATS is loaded by those who use it.
  const cluster = scale && (await (await import('./scale/openScale.ts')).openScale({ scale, ...input }))
  const { store, writer, eraser } = cluster ?? own
  const pressure = createPressure({
    getQueue: writer.getQueue,
    log,
    onDelay: (ms) => metrics.loopDelaySeconds.observe(ms / 1_000),
  })
  const retention =
    retentionDays === undefined
      ? undefined
      : createRetention({
          store: local,
          writer: localWriter,
          days: retentionDays,
          log,
          now,
          onDelete: metrics.expired.add,
          also: [
            links.deleteMergesBefore,
            (_before, limit) => links.deleteProofsBefore(now(), limit),
            (before, limit) => audit.deleteBefore(Math.min(before, now() - AUDIT_MS), limit),
          ],
        })
  const getTime = () => performance.now()
  const models = createModels({ log, answers: metrics.modelAnswers, shadows: metrics.modelShadows, getTime })
  if (cluster) await cluster.followArms(models.arms)
  else restoreArms(models, site, database)
  ownWebhooks?.start(localWriter)
  const source = createSourceReader({ log, now, registry: metrics.registry })
  let isDraining = false
  const subscribers: ((publication: Publication) => void)[] = []
  const context: ServerContext = {
    get publication() {
      return publication
    },
    onPublish(callback) {
      subscribers.push(callback)
      callback(publication)
    },
    tap: createTap({ log, now }),
    source,
    geo,
    // The workers of a cluster teach, and every server reads what they have.
    models: cluster ? { ...models, learn: () => {} } : models,
    store,
    writer,
    exportLog: cluster?.exportLog ?? createExportLog(database, site.id),
    database,
    identity: cluster?.identity ?? createIdentity(ownStore, links),
    links: cluster?.links ?? links,
    audit: cluster?.audit ?? audit,
    ...(cluster ? { exportKept: cluster.exportKept } : {}),
    eraser,
    erased: createErased({ getTime, onAdd: source.forget }),
    wipe,
    webhooks: (cluster ?? { webhooks: ownWebhooks! }).webhooks,
    pressure,
    limits: {
      visitor: createBuckets({ ...visitorLimit, getTime }),
      identify: createBuckets({ ...IDENTIFY_LIMIT, getTime }),
      guess: createBuckets({ ...GUESS_LIMIT, getTime }),
      ...(keyLimit ? { key: createBuckets({ ...keyLimit, getTime }) } : {}),
    },
    metrics,
    drift: createDriftWatch({ registry: metrics.registry, now }),
    isBot,
    isDraining: () => isDraining,
    hub: createHub(),
    budget: { left: MAX_OPEN_BODY_BYTES },
    trustProxy,
    log,
    now,
  }
  context.onPublish((one) => source.prepare(one.site))
  const app = new Hono()
  app.notFound((c) => refuse(c, 404, 'not_found', 'There is nothing here. The routes are in docs/protocol.md.'))
  app.onError((error, c) => {
    if (error instanceof StorageAway) return refuse(c, 503, 'storage', error.message)
    log({ level: 'error', code: 'internal', message: getMessage(error), route: `${c.req.method} ${routePath(c)}` })
    return refuse(c, 500, 'internal', 'The server has a fault; its log says more. Try again later.')
  })
  if (scale) app.use(serveRole(scale.role))
  addPreflightRoutes(app, context)
  addProfileRoute(app, context)
  addCollectRoute(app, context)
  addManifestRoute(app, context)
  addAttributesRoute(app, context)
  addImportRoute(app, context)
  addHooksRoute(app, context)
  addEraseRoute(app, context)
  addIdentityRoutes(app, context)
  addLinkRoutes(app, context)
  addPrivacyRoutes(app, context)
  addExportRoute(app, context)
  addPreviewRoute(app, context)
  addHealthRoutes(app, context)
  addMetricsRoutes(app, context)
  if (live) addLiveRoutes(app, context)
  if (sdkDir !== undefined) addHeadRoute(app, context, [sdkDir].flat())
  if (sdkDir !== undefined) addSdkRoute(app, [sdkDir].flat())

  const { registry } = metrics
  const forwarder = cluster
    ? await cluster.startForwarder()
    : createForwarder({ database, writer: localWriter, getSite, registry, log, now })
  let isClosed = false
  return {
    app,
    async setAttributes(visitorId, set) {
      const result = await setAttributes(context, visitorId, set)
      if (!result.ok) throw new Error(result.error)
    },
    decideFor: (input) => decideFor(context, input),
    publish(next) {
      if (next.id !== publication.site.id) {
        return fail(
          `id: the server keeps the data of "${publication.site.id}", got "${next.id}"; start it anew for another site`,
        )
      }
      publication = publish(next)
      subscribers.forEach((callback) => callback(publication))
      return ok(publication.manifest.version)
    },
    get version() {
      return publication.manifest.version
    },
    drain() {
      isDraining = true
    },
    endStreams: () => context.hub.close(),
    readProfile: (visitorId) => context.store.getProfile(visitorId),
    async close() {
      if (isClosed) return
      isClosed = true
      isDraining = true
      retention?.stop()
      wipe.stop()
      pressure.stop()
      await ownWebhooks?.close()
      await forwarder?.close()
      source.close()
      geo.close()
      context.writer.close()
      localWriter.close()
      await cluster?.close()
      context.hub.close()
      // Those who were waiting for the last commit are answered before the database goes.
      await new Promise((resolve) => setImmediate(resolve))
      // So that a copy of the one file is a whole backup. Fails harmlessly while another process reads.
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      database.close()
    },
  }
}
