import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { createServer, loadSite } from '@unblink/server'
import { buildShop } from './buildShop.ts'
import { createShop } from './createShop.ts'

export interface StartOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly host: string
  /** Where the database lives; made when it is missing. */
  readonly dataDir: string
  /** See `ShopOptions`. */
  readonly isClientOnly: boolean
}

export interface ShopServer {
  /** Without a slash at the end. */
  readonly url: string
  /** Lets go of open connections, commits what has been received, closes the database. */
  close(): Promise<void>
}

const CONFIG = fileURLToPath(new URL('../unblink.config.ts', import.meta.url))

/** Builds and starts the shop. Rejects with one line that says what to do when the config is wrong or the port is taken. */
export async function startShop({ port, host, dataDir, isClientOnly }: StartOptions): Promise<ShopServer> {
  const loaded = await loadSite(CONFIG)
  if (!loaded.ok) throw new Error(loaded.error)
  const site = loaded.value
  const built = await buildShop()
  // The folder of the runtime's files.
  const sdkDir = dirname(createRequire(import.meta.url).resolve('@unblink/browser/unblink.js'))
  const log = (record: unknown) => console.error(JSON.stringify(record))
  const unblink = await createServer({ site, dataDir, sdkDir, live: true, log })
  const shop = createShop({ built, site, unblink, isClientOnly })
  try {
    const http = await listen(shop.fetch, port, host)
    const address = http.address()
    const actualPort = typeof address === 'object' && address ? address.port : port
    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
      async close() {
        const closed = new Promise((done) => http.close(done))
        unblink.endStreams()
        http.closeAllConnections()
        await closed
        await unblink.close()
      },
    }
  } catch (error) {
    await unblink.close()
    throw error
  }
}

const listen = (fetch: Parameters<typeof serve>[0]['fetch'], port: number, hostname: string): Promise<Server> =>
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
