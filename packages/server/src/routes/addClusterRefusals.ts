import type { Hono } from 'hono'
import { refuse } from '../http/refuse.ts'

/** What goes through the tables of one server's own database, and would find next to nothing there. */
const PATHS = ['/v1/export/:dataset']

/** What servers of a cluster cannot do says so, and is not done by halves. */
export function addClusterRefusals(app: Hono): void {
  const message =
    'Servers of a cluster do not export whole tables yet. Exports of one visitor or user work; for the rest read the stream, see docs/scale.md.'
  for (const path of PATHS) app.all(path, (c) => refuse(c, 501, 'cluster', message))
}
