import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { createServer, loadSite, type Site, type UnblinkServer } from '@unblink/server'

/** Where an example runs. */
export interface Place {
  /** 0 takes any free port. */
  readonly port: number
  /** @default '127.0.0.1' */
  readonly host?: string
  /** Where the database lives; made when it is missing. */
  readonly dataDir: string
}

/** What an example's web application is made of. */
export interface ExampleApp {
  readonly site: Site
  /** Its server, to be mounted at `/u`. */
  readonly unblink: UnblinkServer
  /** Fires when the server is to close. */
  readonly signal: AbortSignal
}

type Fetch = Parameters<typeof serve>[0]['fetch']

export interface StartOptions extends Place {
  /** The example's `unblink.config.ts`. */
  readonly config: URL
  /** Folders whose files are served beside the runtime's. @default none */
  readonly sdkDirs?: readonly string[]
  /** Whether `/u/live` is served. @default true */
  readonly live?: boolean
  readonly createApp: (parts: ExampleApp) => { readonly fetch: Fetch } | Promise<{ readonly fetch: Fetch }>
}

export interface ExampleServer {
  /** Without a slash at the end. */
  readonly url: string
  /** Lets go of open connections, commits what has been received, closes the database. */
  close(): Promise<void>
}

const GRACE_MS = 2_000

const listen = (fetch: Fetch, port: number, hostname: string): Promise<Server> =>
  new Promise((done, fail) => {
    const http = serve({ fetch, port, hostname }, () => done(http)) as Server
    http.once('error', (error: NodeJS.ErrnoException) =>
      fail(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${port} is in use. Stop what uses it, or choose another: --port ${port + 1}`)
          : error,
      ),
    )
  })

/**
 * Starts Unblink with its embedded database and an example's application around it, in this process. Rejects with one line that
 * says what to do when the site config is wrong or the port is taken, and with what `createApp` throws.
 */
export async function startExample({
  config,
  port,
  host = '127.0.0.1',
  dataDir,
  sdkDirs = [],
  live = true,
  createApp,
}: StartOptions): Promise<ExampleServer> {
  const loaded = await loadSite(fileURLToPath(config))
  if (!loaded.ok) throw new Error(loaded.error)
  const site = loaded.value
  // The folder of the runtime's files.
  const sdkDir = dirname(createRequire(import.meta.url).resolve('@unblink/browser/unblink.js'))
  const log = (record: unknown) => console.error(JSON.stringify(record))
  const unblink = await createServer({ site, dataDir, sdkDir: [sdkDir, ...sdkDirs], live, log })
  const stop = new AbortController()
  try {
    const { fetch } = await createApp({ site, unblink, signal: stop.signal })
    const http = await listen(fetch, port, host)
    const address = http.address()
    const actualPort = typeof address === 'object' && address ? address.port : port
    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
      async close() {
        const closed = new Promise((done) => http.close(done))
        stop.abort()
        unblink.endStreams()
        // What is being answered may finish, and its connection goes then; who reads slower than this is cut off.
        const sweep = setInterval(() => http.closeIdleConnections(), 20)
        const cut = setTimeout(() => http.closeAllConnections(), GRACE_MS)
        await closed
        clearInterval(sweep)
        clearTimeout(cut)
        await unblink.close()
      },
    }
  } catch (error) {
    await unblink.close()
    throw error
  }
}
