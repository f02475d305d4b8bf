import type { Hono } from 'hono'
import { refuse } from '../http/refuse.ts'
import type { ServerContext } from '../serverContext.ts'
import type { Written } from '../store/createWriter.ts'

/** A probe makes the disk work, so that many probes share one. */
const REUSE_MS = 1_000

/** `GET /health`: the process answers. `GET /ready`: it can also write, proven by a commit not older than a second. */
export function addHealthRoutes(app: Hono, { store, writer, now }: ServerContext): void {
  let last: { readonly at: number; readonly written: Promise<Written<void>> } | undefined

  app.get('/health', (c) => c.json({ ok: true }, 200, { 'cache-control': 'no-store' }))

  app.get('/ready', async (c) => {
    const at = now()
    // A clock that was set back must not keep an old answer alive.
    if (!last || Math.abs(at - last.at) >= REUSE_MS) last = { at, written: writer.write(() => store.mark(at), 0) }
    const { type } = await last.written
    if (type === 'written') return c.json({ ok: true }, 200, { 'cache-control': 'no-store' })
    return refuse(c, 503, 'storage', 'The database cannot be written. Check the disk and who holds the database.')
  })
}
