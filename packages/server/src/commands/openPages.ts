import { statSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import type { UnblinkServer } from '../createServer.ts'
import { UsageError } from './UsageError.ts'

/**
 * A folder of pages at `/` and the server under `/u`, as it is behind a site: for trying it out.
 * @returns Puts a server behind the pages. Throws a UsageError when the folder is none, or holds the site config, which must
 * not become public.
 */
export function openPages(folder: string, config: string): (unblink: UnblinkServer) => UnblinkServer {
  const root = resolve(folder)
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--pages ${folder}: there is no such folder. Make it, with an index.html in it.`)
  const path = relative(root, resolve(config))
  if (path !== '..' && !path.startsWith(`..${sep}`))
    throw new UsageError(
      `--pages ${folder}: it holds ${config}, and all that is in it becomes public. Put the pages into a folder of their own.`,
    )
  return (unblink) => {
    const app = new Hono()
    app.route('/u', unblink.app)
    app.get('/*', serveStatic({ root }))
    // A page without its ending: /loans is loans.html.
    app.get('/*', serveStatic({ root, rewriteRequestPath: (asked) => `${asked}.html` }))
    return { ...unblink, app }
  }
}
