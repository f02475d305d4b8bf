import { parseProfileRequest, type ProfileRequest } from '@unblink/protocol'
import type { Context, Hono } from 'hono'
import { answerProfile } from '../answerProfile.ts'
import { admit } from '../http/admit.ts'
import { getRemoteAddress } from '../http/getRemoteAddress.ts'
import { readJson } from '../http/readJson.ts'
import { refuse, refuseForNow } from '../http/refuse.ts'
import { isVisitorId, readVisitorCookie } from '../http/visitorCookie.ts'
import type { ServerContext } from '../serverContext.ts'

const MAX_REQUEST_BYTES = 16 * 1024

/**
 * How long the browser may keep the reply to a GET: from an Early Hints preload to the page's own request. Chromium takes
 * a finished preload from its cache only, so with `no-store` it would ask twice. And no `vary: cookie`: the cookie that a
 * first reply sets, or one that the page sets, would spoil it in the same way.
 */
const MAX_AGE_S = 10

/**
 * `POST /v1/p`: the visitor's decisions. `GET /v1/p?key=…&url=…[&slots=a,b]`: the same, for pages that have it preloaded;
 * all slots unless some are named, and the site's own consent, since an address cannot tell the visitor's.
 */
export function addProfileRoute(app: Hono, context: ServerContext): void {
  const { store, limits, budget, trustProxy } = context
  const getRefusal = (c: Context) => admit(c, { listed: context.publication.site.origins, trustProxy })

  /** How long to wait after naming many visitors of whom nothing is known, as only somebody does who guesses; else 0. */
  const getGuessMs = (c: Context, { visitor }: ProfileRequest): number => {
    const isNamed = isVisitorId(visitor) && readVisitorCookie(c.req.header('cookie')) === undefined
    return isNamed && !store.getProfile(visitor) ? limits.guess.take('', 1) : 0
  }

  const answer = async (c: Context, asked: unknown, cacheControl: string): Promise<Response> => {
    const parsed = parseProfileRequest(asked)
    if (!parsed.ok) return refuse(c, 400, 'schema', parsed.error)
    const request: ProfileRequest = parsed.value
    if (request.key !== context.publication.site.keys.browser)
      return refuse(c, 403, 'key', 'The key is not this site’s browser key.')
    const waitMs = getGuessMs(c, request)
    if (waitMs > 0) {
      const message = 'Too many unknown visitors are asked for by name. Try again later, or without a name.'
      return refuseForNow(c, { status: 429, code: 'rate', message, retryMs: waitMs })
    }
    const { reply, setCookie } = await answerProfile(context, request, {
      url: c.req.url,
      header: (name) => c.req.header(name),
      address: getRemoteAddress(c),
    })
    if (setCookie) c.header('set-cookie', setCookie)
    c.header('cache-control', cacheControl)
    c.header('x-content-type-options', 'nosniff')
    return c.json(reply)
  }

  app.post('/v1/p', async (c) => {
    const refused = getRefusal(c)
    if (refused) return refused
    const body = await readJson(c, MAX_REQUEST_BYTES, budget)
    if (!body.ok) return body.response
    budget.left += body.bytes
    return answer(c, body.value, 'private, no-store')
  })

  app.get('/v1/p', (c) => {
    const refused = getRefusal(c)
    if (refused) return refused
    const { site, manifest } = context.publication
    const { key, url, slots } = c.req.query()
    const names = slots ? slots.split(',') : Object.keys(manifest.slots)
    const asked = { v: 1, key, url, slots: Object.fromEntries(names.map((name) => [name, {}])), consent: site.consent }
    return answer(c, asked, `private, max-age=${MAX_AGE_S}`)
  })
}
