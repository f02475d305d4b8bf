import type { Hono } from 'hono'
import { refuse } from '../http/refuse.ts'

/** What has to do with users, and with everything that is kept in one place. */
const PATHS = [
  '/v1/identify',
  '/v1/logout',
  '/v1/visitors/:visitor/user',
  '/v1/visitors/:visitor/unmerge',
  '/v1/visitors/:visitor/export',
  '/v1/users/:user',
  '/v1/users/:user/export',
]

/** On a cluster, visitors are not linked to users yet, and no server has all that is kept: these say so, and do nothing by halves. */
export function addClusterRefusals(app: Hono): void {
  const message = 'Servers of a cluster do not know users yet. Erasing by visitor works; for the rest use one server.'
  for (const path of PATHS) app.all(path, (c) => refuse(c, 501, 'cluster', message))
}
