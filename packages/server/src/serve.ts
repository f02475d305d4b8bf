import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { fail, ok, type Result } from '@unblink/protocol'
import type { UnblinkServer } from './createServer.ts'
import { acceptAlong } from './http/acceptAlong.ts'
import { getMessage } from './log.ts'

/** Who sends no whole request in this time is cut off, so that slow senders cannot collect. */
const REQUEST_TIMEOUT_MS = 15_000
/** Connections waiting to be accepted. Beyond Node's 511 a burst of pages would retry after one, three and seven seconds. */
const BACKLOG = 4_096
const DRAIN_MS = 8_000
const SWEEP_MS = 50

export interface Serving {
  /** With the port in use, also when 0 was asked for. */
  readonly url: string
  /** Says that it is not ready, takes no more connections, answers what has begun (for at most 8 s), writes and closes everything. */
  stop(): Promise<void>
}

function explain(error: NodeJS.ErrnoException, port: number, host: string): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use. Stop what uses it, or choose another with --port ${port < 65_535 ? port + 1 : 4700}.`
    case 'EACCES':
      return `Port ${port} needs more rights than this process has. Choose one above 1023 with --port.`
    case 'ENOTFOUND':
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine. Choose another with --host, like 127.0.0.1 or 0.0.0.0.`
    default:
      return `Cannot listen on ${host}:${port}: ${getMessage(error)}`
  }
}

/** Serves on an address of its own. An address that cannot be had is an error that says what to do. */
export async function serve(
  unblink: UnblinkServer,
  { port, host }: { port: number; host: string },
): Promise<Result<Serving>> {
  // Without further options the adaptor makes a plain http server, which its type cannot tell.
  const server = createAdaptorServer({
    fetch: unblink.app.fetch,
    serverOptions: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
    },
  }) as Server
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', resolve)
      resolve(undefined)
    })
  })
  if (error) return fail(explain(error, port, host))
  const endAlong = await acceptAlong(server)
  const address = server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return ok({
    url: `http://${name}:${address.port}`,
    async stop() {
      unblink.drain()
      // Whoever keeps a connection alive is told to open the next one elsewhere.
      server.prependListener('request', (_request, response) => {
        response.shouldKeepAlive = false
      })
      const closed = Promise.all([new Promise((resolve) => server.close(resolve)), endAlong()])
      unblink.endStreams()
      // A connection kept alive becomes idle only when its request has been answered.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
      const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
      await closed
      clearInterval(sweep)
      clearTimeout(cut)
      await unblink.close()
    },
  })
}
