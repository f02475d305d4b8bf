import { Hono } from 'hono'
import { routePath } from 'hono/route'
import { createManifest } from './site/createManifest.ts'
import { decideFor, type DecidedFor, type DecideForInput } from './decideFor.ts'
import { createHub } from './live/createHub.ts'
import { refuse } from './http/refuse.ts'
import { getMessage, type Log } from './log.ts'
import type { Profile } from './profile/profile.ts'
import { addAttributesRoute } from './routes/addAttributesRoute.ts'
import { addCollectRoute } from './routes/addCollectRoute.ts'
import { addEraseRoute } from './routes/addEraseRoute.ts'
import { addHealthRoutes } from './routes/addHealthRoutes.ts'
import { addLiveRoutes } from './routes/addLiveRoutes.ts'
import { addManifestRoute } from './routes/addManifestRoute.ts'
import { addPreflightRoutes } from './routes/addPreflightRoutes.ts'
import { addProfileRoute } from './routes/addProfileRoute.ts'
import { addSdkRoute } from './routes/addSdkRoute.ts'
import type { ServerContext } from './serverContext.ts'
import { setAttributes } from './setAttributes.ts'
import type { Site } from './site/site.ts'
import { createStore } from './store/createStore.ts'
import { createWriter } from './store/createWriter.ts'
import { openDatabase } from './store/openDatabase.ts'

const MAX_OPEN_BODY_BYTES = 64 * 1024 * 1024

export interface ServerOptions {
  readonly site: Site
  /** Folder of the database, made when it is not there. @default a database in memory, gone with the process */
  readonly dataDir?: string | undefined
  /** Folder with `unblink.js`, to serve it beside the API. @default none served */
  readonly sdkDir?: string | undefined
  /** Serves the live view, which shows a visitor all that is known of them. @default false */
  readonly live?: boolean | undefined
  /**
   * Believe X-Forwarded-Host and X-Forwarded-Proto: where they are set by a proxy of one's own, through which every request
   * comes. They decide which origin is the server's own, and whether cookies are marked Secure. @default false
   */
  readonly trustProxy?: boolean | undefined
  /** @default nothing is logged */
  readonly log?: Log | undefined
  /** Epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined
}

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
  /** What is known of a visitor, as it is stored; undefined when that is nothing. */
  readProfile(visitorId: string): Profile | undefined
  /** Ends the live streams, which otherwise keep an HTTP server from closing. */
  endStreams(): void
  /** Writes what is queued, ends the live streams and closes the database. Stop taking requests before. */
  close(): Promise<void>
}

/** Builds one site's server. Rejects when the database cannot be opened. */
export async function createServer({
  site,
  dataDir,
  sdkDir,
  live = false,
  trustProxy = false,
  log = () => {},
  now = Date.now,
}: ServerOptions): Promise<UnblinkServer> {
  const database = openDatabase(dataDir)
  const context: ServerContext = {
    site,
    manifest: createManifest(site),
    store: createStore(database, site.id),
    writer: createWriter({ database, log }),
    hub: createHub(),
    budget: { left: MAX_OPEN_BODY_BYTES },
    trustProxy,
    log,
    now,
  }
  const app = new Hono()
  app.notFound((c) =>
    refuse(c, 404, 'not_found', 'There is nothing here. See the protocol documentation for the routes.'),
  )
  app.onError((error, c) => {
    log({ level: 'error', code: 'internal', message: getMessage(error), route: `${c.req.method} ${routePath(c)}` })
    return refuse(c, 500, 'internal', 'The server has a fault; its log says more. Try again later.')
  })
  addPreflightRoutes(app, context)
  addProfileRoute(app, context)
  addCollectRoute(app, context)
  addManifestRoute(app, context)
  addAttributesRoute(app, context)
  addEraseRoute(app, context)
  addHealthRoutes(app, context)
  if (live) addLiveRoutes(app, context)
  if (sdkDir !== undefined) addSdkRoute(app, sdkDir)

  let isClosed = false
  return {
    app,
    async setAttributes(visitorId, set) {
      const result = await setAttributes(context, visitorId, set)
      if (!result.ok) throw new Error(result.error)
    },
    decideFor: async (input) => decideFor(context, input),
    endStreams: () => context.hub.close(),
    readProfile: (visitorId) => context.store.getProfile(visitorId),
    async close() {
      if (isClosed) return
      isClosed = true
      context.writer.close()
      context.hub.close()
      // Those who were waiting for the last commit are answered before the database goes.
      await new Promise((resolve) => setImmediate(resolve))
      // So that a copy of the one file is a whole backup. Fails harmlessly while another process reads.
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      database.close()
    },
  }
}
