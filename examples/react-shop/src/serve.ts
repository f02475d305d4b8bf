import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { serve } from '@hono/node-server'
import { createServer, loadSite } from '@unblink/server'
import { getBootConfig, renderHead } from '@unblink/snippet'
import { createShop } from './createShop.ts'

export interface ShopServerOptions {
  /** 0 takes any free port. @default 4605 */
  readonly port?: number
  /** Where the database lives; made when it is missing. */
  readonly dataDir: string
  /** Folder that `vite build` has written. @default dist/client */
  readonly clientDir?: string
}

export interface ShopServer {
  /** The shop's address, without a trailing slash. */
  readonly url: string
  /** Commits what has been received, closes the database. */
  close(): Promise<void>
}

const toPath = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Starts the shop. Rejects with a line that says what to do when the site config is wrong or the port is taken. */
export async function startShop({
  port = 4605,
  dataDir,
  clientDir = toPath('../dist/client'),
}: ShopServerOptions): Promise<ShopServer> {
  const loaded = await loadSite(toPath('../unblink.config.ts'))
  if (!loaded.ok) throw new Error(loaded.error)
  const site = loaded.value
  const unblink = await createServer({
    site,
    dataDir,
    sdkDir: dirname(createRequire(import.meta.url).resolve('@unblink/browser/unblink.js')),
    live: true,
    log: (record) => console.error(JSON.stringify(record)),
  })
  const shop = createShop({ unblink, head: renderHead(getBootConfig(site)).html, clientDir })
  try {
    const http = await listen(shop.fetch, port)
    const address = http.address()
    return {
      url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`,
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

const listen = (fetch: Parameters<typeof serve>[0]['fetch'], port: number): Promise<Server> =>
  new Promise((done, fail) => {
    const http = serve({ fetch, port, hostname: '127.0.0.1' }, () => done(http)) as Server
    http.once('error', (error: NodeJS.ErrnoException) =>
      fail(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${port} is in use. Stop what uses it, or choose another: --port ${port + 1}`)
          : error,
      ),
    )
  })

/** What the command line does; start.mjs says with which flags. */
export async function main(args: string[]): Promise<void> {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: 'string', default: '4605' },
        data: { type: 'string', default: toPath('../../../.data/react-shop') },
      },
    })
    if (!/^\d{1,5}$/.test(values.port)) throw new Error(`"${values.port}" is not a port. Give a whole number.`)
    const dataDir = resolve(values.data)
    const shop = await startShop({ port: Number(values.port), dataDir })
    console.log(
      `Larder Lane  ${shop.url}/\nLive view    ${shop.url}/u/live\nDatabase     ${dataDir}\nCtrl-C stops everything.`,
    )
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void shop.close().then(() => process.exit(0)))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
