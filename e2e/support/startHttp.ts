import { serve } from '@hono/node-server'
import type { UnblinkServer } from '@unblink/server'
import { rm } from 'node:fs/promises'
import type { Server } from 'node:http'

export interface Http {
  readonly port: number
  /** Ends the connections and the Unblink server behind them, and deletes its data. */
  close(dataDir: string, server: Pick<UnblinkServer, 'endStreams' | 'close'> | undefined): Promise<void>
}

/** Serves an application on a free port of this machine. */
export async function startHttp(fetch: Parameters<typeof serve>[0]['fetch']): Promise<Http> {
  let port = 0
  const http = await new Promise<Server>((resolve) => {
    const listening = serve({ fetch, port: 0, hostname: '127.0.0.1' }, (info) => {
      port = info.port
      resolve(listening as Server)
    })
  })
  return {
    port,
    async close(dataDir, server) {
      server?.endStreams()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      await server?.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
