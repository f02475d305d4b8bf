import type { MiddlewareHandler } from 'hono'
import { refuse } from '../http/refuse.ts'

/** What a server of a cluster does. `all` does everything, which is where to begin. */
export const ROLES = ['all', 'collector', 'api', 'worker'] as const
export type Role = (typeof ROLES)[number]

/** What every server answers, for whoever watches over it. */
const COMMON = ['/health', '/healthz', '/ready', '/readyz', '/metrics']
/** What is written: everything else is read. */
const COLLECTED = [
  '/v1/e',
  '/v1/visitor',
  '/v1/visitors',
  '/v1/users',
  '/v1/forget',
  '/v1/loss',
  '/v1/import',
  '/v1/hooks',
]

const isUnder = (path: string, prefixes: readonly string[]) =>
  prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))

/** Whether a server of this role answers a path. Pure. */
export function doesServe(role: Role, path: string): boolean {
  if (role === 'all' || isUnder(path, COMMON)) return true
  if (role === 'worker') return false
  return isUnder(path, COLLECTED) === (role === 'collector')
}

/** Answers 404 to what is another server's to answer, so that a wrong route at the proxy is seen at once. */
export function serveRole(role: Role = 'all'): MiddlewareHandler {
  return async (c, next) => {
    const { path } = c.req
    if (doesServe(role, path)) return next()
    return refuse(c, 404, 'role', `This server has the role "${role}" and does not answer ${path}; see docs/scale.md.`)
  }
}
