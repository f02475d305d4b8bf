import type { Context, Hono } from 'hono'
import { refuse } from '../http/refuse.ts'
import { requireKey } from '../http/requireKey.ts'
import { isVisitorId } from '../http/visitorCookie.ts'
import { fetchUser } from '../identity/fetchUser.ts'
import { isUserId, USER_EXPECTED } from '../identity/isUserId.ts'
import { toUserKey } from '../identity/toUserKey.ts'
import { eraseUser } from '../privacy/eraseUser.ts'
import { eraseVisitor } from '../privacy/eraseVisitor.ts'
import { exportSubject, type ExportInput } from '../privacy/exportSubject.ts'
import type { ServerContext } from '../serverContext.ts'

const NO_VISITOR = 'The visitor id is not a UUIDv4 in lower case.'
const NO_STORAGE = 'Nothing could be written, so nothing has happened. Try again later.'

/**
 * What a site owes to people, with a server key: `GET /v1/visitors/:visitor/export` and `GET /v1/users/:user/export`, everything
 * that is kept as lines of JSON; `DELETE /v1/visitors/:visitor` and `DELETE /v1/users/:user`, which leave nothing of it.
 */
export function addPrivacyRoutes(app: Hono, context: ServerContext): void {
  const { database, links, audit, writer, now } = context

  const send = async (c: Context, actor: string, about: string, input: Pick<ExportInput, 'visitors' | 'user'>) => {
    const { site } = context.publication
    const at = now()
    // What cannot be put down does not happen.
    const noted = await writer.write(() => audit.add({ at, actor, action: 'export', about }), 0)
    if (noted.type !== 'written') return refuse(c, 503, 'storage', NO_STORAGE)
    const rows = [
      ...exportSubject({ database, site: site.id, ...input }),
      ...((await context.exportKept?.(input)) ?? []),
    ]
    const head = { v: 1, site: site.id, at, ...input, rows: rows.length }
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
    c.header('content-disposition', 'attachment; filename="export.ndjson"')
    return c.body([head, ...rows].map((line) => `${JSON.stringify(line)}\n`).join(''), 200, {
      'content-type': 'application/x-ndjson',
    })
  }

  app.get('/v1/visitors/:visitor/export', async (c) => {
    const key = requireKey(c, context, 'export')
    if (!key.ok) return key.response
    const visitor = c.req.param('visitor')
    if (!isVisitorId(visitor)) return refuse(c, 400, 'schema', NO_VISITOR)
    return send(c, `key:${key.id}`, visitor, { visitors: [visitor] })
  })

  app.get('/v1/users/:user/export', async (c) => {
    const key = requireKey(c, context, 'export')
    if (!key.ok) return key.response
    const user = c.req.param('user')
    if (!isUserId(user)) return refuse(c, 400, 'schema', `user: ${USER_EXPECTED}`)
    if (!(await fetchUser(links, user))) return refuse(c, 503, 'storage', NO_STORAGE)
    return send(c, `key:${key.id}`, user, { visitors: [toUserKey(user), ...links.getVisitors(user)], user })
  })

  app.delete('/v1/visitors/:visitor', async (c) => {
    const key = requireKey(c, context, 'erase')
    if (!key.ok) return key.response
    const visitor = c.req.param('visitor')
    if (!isVisitorId(visitor)) return refuse(c, 400, 'schema', NO_VISITOR)
    const isErased = await eraseVisitor(context, visitor, `key:${key.id}`)
    return isErased ? c.body(null, 204) : refuse(c, 503, 'storage', NO_STORAGE)
  })

  app.delete('/v1/users/:user', async (c) => {
    const key = requireKey(c, context, 'erase')
    if (!key.ok) return key.response
    const user = c.req.param('user')
    if (!isUserId(user)) return refuse(c, 400, 'schema', `user: ${USER_EXPECTED}`)
    const isErased = await eraseUser(context, user, `key:${key.id}`)
    return isErased ? c.body(null, 204) : refuse(c, 503, 'storage', NO_STORAGE)
  })
}
