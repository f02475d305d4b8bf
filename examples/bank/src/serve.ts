import { realpathSync } from 'node:fs'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { serve } from '@hono/node-server'
import { createServer, loadSite } from '@unblink/server'
import { renderSnippet } from '@unblink/snippet'
import { createBank } from './createBank.ts'

export interface StartOptions {
  /** 0 takes any free port. @default 4600 */
  readonly port?: number
  /** @default '127.0.0.1' */
  readonly host?: string
  /** Where the database lives; made when it is missing. */
  readonly dataDir: string
  /** Whether `/u/live` is served. @default true */
  readonly live?: boolean
}

export interface BankServer {
  /** The bank's address, without a trailing slash. */
  readonly url: string
  /** Lets go of open connections, commits what has been received, closes the database. */
  close(): Promise<void>
}

const CONFIG = fileURLToPath(new URL('../unblink.config.ts', import.meta.url))

const GRACE_MS = 2_000

const usage = `Usage: node examples/bank/dist/serve.js [--port N] [--data DIR] [--host NAME]

Starts Harbour Bank, a small made-up bank, with Unblink and its embedded database in the same process.

  --port N     the port (4600)
  --data DIR   where the database lives (.data/bank)
  --host NAME  the address to listen at (127.0.0.1); anything else lets others on the network in
  --help       this text`

/** Starts the bank. Rejects with one line that says what to do when the site config is wrong or the port is taken. */
export async function startBank({
  port = 4600,
  host = '127.0.0.1',
  dataDir,
  live = true,
}: StartOptions): Promise<BankServer> {
  const loaded = await loadSite(CONFIG)
  if (!loaded.ok) throw new Error(loaded.error)
  const site = loaded.value
  const sdkDir = dirname(createRequire(import.meta.url).resolve('@unblink/browser'))
  const unblink = await createServer({
    site,
    dataDir,
    sdkDir,
    live,
    log: (record) => console.error(JSON.stringify(record)),
  })
  const toHead = (consent: typeof site.consent) => {
    const snippet = renderSnippet({ key: site.keys.browser, base: '/u', consent, slots: site.slots })
    return `${snippet.html}\n    <script async src="/u/unblink.js" fetchpriority="low"></script>`
  }
  const stop = new AbortController()
  const bank = createBank({
    unblink,
    head: toHead(site.consent),
    headWhenOff: toHead({ ...site.consent, personalization: 'denied' }),
    signal: stop.signal,
  })
  try {
    const http = await listen(bank.fetch, port, host)
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

/** Throws when the text is not a port. */
function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`"${text}" is not a port. Give a whole number up to 65535.`)
  return port
}

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4600' },
      data: { type: 'string', default: '.data/bank' },
      host: { type: 'string', default: '127.0.0.1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(usage)
  const dataDir = resolve(values.data)
  const bank = await startBank({ port: parsePort(values.port), host: values.host, dataDir })
  console.log(
    `Harbour Bank  ${bank.url}/\nLive view     ${bank.url}/u/live\nDatabase      ${dataDir}\nCtrl-C stops everything.`,
  )
  const end = () => {
    // The second signal is impatience.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end)
    void bank.close().then(() => process.exit(0), fail)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
}

function fail(error: unknown) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

const started = process.argv[1]
if (started && pathToFileURL(realpathSync(started)).href === import.meta.url) main().catch(fail)
