import { randomUUID } from 'node:crypto'
import { parseProfileRequest, withPrivacyControl } from '@unblink/protocol'
import type { Hono } from 'hono'
import { createReply } from '../createReply.ts'
import { admit, ORIGIN_REFUSED } from '../http/admit.ts'
import { readJson } from '../http/readJson.ts'
import { refuse } from '../http/refuse.ts'
import { isVisitorId, readVisitorCookie, setVisitorCookie } from '../http/visitorCookie.ts'
import { createProfile } from '../profile/createProfile.ts'
import type { ServerContext } from '../serverContext.ts'

const MAX_REQUEST_BYTES = 16 * 1024

/** `POST /v1/p`: the visitor's decisions. Reads only; a profile is first written when an event comes. */
export function addProfileRoute(app: Hono, { site, manifest, store, budget, log, now }: ServerContext): void {
  app.post('/v1/p', async (c) => {
    if (admit(c, site.origins) === 'refused') return refuse(c, 403, 'origin', ORIGIN_REFUSED)
    const body = await readJson(c, MAX_REQUEST_BYTES, budget)
    if (!body.ok) return body.response
    budget.left += body.bytes
    const parsed = parseProfileRequest(body.value)
    if (!parsed.ok) return refuse(c, 400, 'schema', parsed.error)
    const request = parsed.value
    if (request.key !== site.keys.browser) return refuse(c, 403, 'key', 'The key is not this site’s browser key.')

    const consent = withPrivacyControl(request.consent, c.req.header('sec-gpc') === '1')
    let profile
    if (consent.personalization === 'granted') {
      const known = readVisitorCookie(c)
      // A page of another site cannot have our cookie; it remembers the id that an earlier reply named.
      const visitor = known ?? (isVisitorId(request.visitor) ? request.visitor : randomUUID())
      if (!known) setVisitorCookie(c, visitor)
      profile = store.getProfile(visitor) ?? createProfile(visitor)
    }
    c.header('cache-control', 'private, no-store')
    c.header('x-content-type-options', 'nosniff')
    return c.json(createReply({ site, manifest, profile, slots: Object.keys(request.slots), consent, now: now(), log }))
  })
}
