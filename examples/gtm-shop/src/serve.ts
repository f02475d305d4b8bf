import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { serve } from '@hono/node-server'
import { createServer, loadSite } from '@unblink/server'
import { renderSnippet } from '@unblink/snippet'
import { createShop } from './createShop.ts'

const usage = `Usage: npm start -w examples/gtm-shop [-- --port N --data DIR]

Builds what is stale and starts Northpath, a small made-up shop whose personalisation is set up in Google Tag Manager: the page
has GA4's e-commerce events and nothing of Unblink. A container of our own plays GTM; nothing is asked of Google.

  --port N     the port; 0 takes a free one (4603)
  --data DIR   where the database lives (.data/gtm-shop)
  --help       this text`

const GRACE_MS = 2_000

const { resolve: find } = createRequire(import.meta.url)
const readText = (path: string | URL) => readFileSync(path, 'utf8')

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`"${text}" is not a port. Give a whole number up to 65535.`)
  return port
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

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4603' },
      data: { type: 'string', default: '.data/gtm-shop' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(usage)
  const port = parsePort(values.port)
  const loaded = await loadSite(fileURLToPath(new URL('../unblink.config.ts', import.meta.url)))
  if (!loaded.ok) throw new Error(loaded.error)
  const site = loaded.value
  const dataDir = resolve(values.data)
  const unblink = await createServer({
    site,
    dataDir,
    sdkDir: [dirname(find('@unblink/browser/unblink.js')), dirname(find('@unblink/gtm/unblink-gtm.js'))],
    live: true,
    log: (record) => console.error(JSON.stringify(record)),
  })
  const shop = createShop({
    unblink,
    // In the head, the visitor's answer is known: the shop has it in a cookie.
    renderSnippet(state) {
      const consent = { personalization: state, analytics: state }
      const { html } = renderSnippet({ key: site.keys.browser, base: '/u', consent, slots: site.slots })
      return `${html}\n<script async src="/u/unblink.js" fetchpriority="low"></script>`
    },
    files: {
      template: readText(find('@unblink/gtm/template.tpl')),
      container: readText(new URL('../dist/container.js', import.meta.url)),
      script: readText(new URL('../public/shop.js', import.meta.url)),
      style: readText(new URL('../public/shop.css', import.meta.url)),
    },
  })
  const http = await listen(shop.fetch, port).catch(async (error: unknown) => {
    await unblink.close()
    throw error
  })
  const address = http.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`
  console.log(`Northpath  ${url}/\nLive view  ${url}/u/live\nDatabase   ${dataDir}\nCtrl-C stops everything.`)
  const end = () => {
    // The second signal is impatience.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end)
    unblink.endStreams()
    setTimeout(() => http.closeAllConnections(), GRACE_MS).unref()
    http.closeIdleConnections()
    http.close(() => void unblink.close().then(() => process.exit(0), fail))
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
}

function fail(error: unknown) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

main().catch(fail)
