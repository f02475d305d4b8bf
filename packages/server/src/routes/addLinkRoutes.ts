import { getOwn, isObject } from '@unblink/protocol'
import type { Hono } from 'hono'
import { readJson } from '../http/readJson.ts'
import { refuse } from '../http/refuse.ts'
import { requireKey } from '../http/requireKey.ts'
import { isVisitorId } from '../http/visitorCookie.ts'
import { isUserId, USER_EXPECTED } from '../identity/isUserId.ts'
import type { ServerContext } from '../serverContext.ts'
import { fetchProfile } from '../store/fetchProfile.ts'

const MAX_REQUEST_BYTES = 16 * 1024
const NO_VISITOR = 'The visitor id is not a UUIDv4 in lower case.'
const NO_STORAGE = 'Nothing could be written, so nothing has happened. Try again later.'

/**
 * Who visitors are, told by the site's own server: `PUT /v1/visitors/:visitor/user` with `{"user": "…"}` (the reply's `visitor` is
 * another one where this one was somebody else), `DELETE /v1/visitors/:visitor/user`, which ends it and keeps what was learnt
 * (both with scope `identify`), and `POST /v1/visitors/:visitor/unmerge` (scope `merge`), which takes it back.
 */
export function addLinkRoutes(app: Hono, context: ServerContext): void {
  const { store, identity, links, audit, writer, hub, budget, now } = context

  app.put('/v1/visitors/:visitor/user', async (c) => {
    const { site } = context.publication
    const key = requireKey(c, context, 'identify')
    if (!key.ok) return key.response
    const visitor = c.req.param('visitor')
    if (!isVisitorId(visitor)) return refuse(c, 400, 'schema', NO_VISITOR)
    const body = await readJson(c, MAX_REQUEST_BYTES, budget)
    if (!body.ok) return body.response
    budget.left += body.bytes
    const user = isObject(body.value) ? getOwn(body.value, 'user') : undefined
    if (!isUserId(user)) return refuse(c, 400, 'schema', `user: ${USER_EXPECTED}`)
    const at = now()
    if (!(await fetchProfile(store, visitor))) return refuse(c, 503, 'storage', NO_STORAGE)
    const written = await writer.write(() => {
      const identified = identity.identify({ visitor, user, at, site })
      if (identified.isChanged) audit.add({ at, actor: `key:${key.id}`, action: 'identify', about: user })
      return identified
    }, 0)
    if (written.type === 'refused') throw written.error
    if (written.type !== 'written') return refuse(c, 503, 'storage', NO_STORAGE)
    c.header('cache-control', 'no-store')
    return c.json({ v: 1, visitor: written.value.visitor })
  })

  app.delete('/v1/visitors/:visitor/user', async (c) => {
    const key = requireKey(c, context, 'identify')
    if (!key.ok) return key.response
    const visitor = c.req.param('visitor')
    if (!isVisitorId(visitor)) return refuse(c, 400, 'schema', NO_VISITOR)
    const at = now()
    if (!(await fetchProfile(store, visitor))) return refuse(c, 503, 'storage', NO_STORAGE)
    const written = await writer.write(() => {
      const user = links.getUser(visitor)
      if (!identity.logOut(visitor, at) || user === undefined) return
      audit.add({ at, actor: `key:${key.id}`, action: 'log_out', about: user })
    }, 0)
    if (written.type === 'refused') throw written.error
    if (written.type !== 'written') return refuse(c, 503, 'storage', NO_STORAGE)
    hub.end(visitor)
    return c.body(null, 204)
  })

  app.post('/v1/visitors/:visitor/unmerge', async (c) => {
    const { site } = context.publication
    const key = requireKey(c, context, 'merge')
    if (!key.ok) return key.response
    const visitor = c.req.param('visitor')
    if (!isVisitorId(visitor)) return refuse(c, 400, 'schema', NO_VISITOR)
    const at = now()
    if (!(await fetchProfile(store, visitor))) return refuse(c, 503, 'storage', NO_STORAGE)
    const written = await writer.write(() => {
      const separated = identity.separate(visitor, site)
      if (separated === 'separated') audit.add({ at, actor: `key:${key.id}`, action: 'unmerge', about: visitor })
      return separated
    }, 0)
    if (written.type === 'refused') throw written.error
    if (written.type !== 'written') return refuse(c, 503, 'storage', NO_STORAGE)
    if (written.value === 'unknown') return refuse(c, 404, 'unknown', 'This visitor has not been merged into a user.')
    if (written.value === 'final') {
      const message =
        'The merge is older than the retention, so what both were before is not known. Erase the visitor instead.'
      return refuse(c, 409, 'final', message)
    }
    hub.end(visitor)
    return c.body(null, 204)
  })
}
