import type { Hono } from 'hono'
import { refuse } from '../http/refuse.ts'
import type { ServerContext } from '../serverContext.ts'
import type { Written } from '../store/createWriter.ts'

/** A probe makes the disk work, so that many probes share one. */
const REUSE_MS = 1_000

/**
 * `GET /health` (and `/healthz`): the process answers. `GET /ready` (and `/readyz`): it can also write, proven by a commit
 * not older than a second, and is not about to stop.
 */
export function addHealthRoutes(app: Hono, { store, writer, now, isDraining }: ServerContext): void {
  let last: { readonly at: number; readonly written: Promise<Written<void>> } | undefined

  app.on('GET', ['/health', '/healthz'], (c) => c.json({ ok: true }, 200, { 'cache-control': 'no-store' }))

  app.on('GET', ['/ready', '/readyz'], async (c) => {
    if (isDraining()) return refuse(c, 503, 'draining', 'The server is stopping. Ask another, or wait for the next.')
    const at = now()
    // A clock that was set back must not keep an old answer alive.
    if (!last || Math.abs(at - last.at) >= REUSE_MS) last = { at, written: writer.write(() => store.mark(at), 0) }
    const { type } = await last.written
    if (type === 'written') return c.json({ ok: true }, 200, { 'cache-control': 'no-store' })
    if (type === 'busy') return refuse(c, 503, 'busy', 'More comes than can be written.')
    return refuse(c, 503, 'storage', 'The database cannot be written. Check the disk and who holds the database.')
  })
}
