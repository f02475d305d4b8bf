import { randomUUID } from 'node:crypto'
import { getOwn, isObject, parseProfileRequest, withPrivacyControl, type ProfileRequest } from '@unblink/protocol'
import type { Context, Hono } from 'hono'
import { answerProfile } from '../answerProfile.ts'
import { admit } from '../http/admit.ts'
import { getPublicUrl } from '../http/getPublicUrl.ts'
import { readJson } from '../http/readJson.ts'
import { refuse, refuseForNow } from '../http/refuse.ts'
import { formatVisitorCookie, isVisitorId, readVisitorCookie } from '../http/visitorCookie.ts'
import { checkProof } from '../identity/checkProof.ts'
import type { Identified } from '../identity/createIdentity.ts'
import { isUserId, USER_EXPECTED } from '../identity/isUserId.ts'
import type { ServerContext } from '../serverContext.ts'
import { fetchProfile } from '../store/fetchProfile.ts'

const MAX_REQUEST_BYTES = 16 * 1024
const NO_STORAGE = 'Nothing could be written, so nothing has happened. Try again later.'

/** What a page has asked, in a form that can be trusted; or the answer that it gets. */
type Asked =
  | { readonly request: ProfileRequest; readonly body: object; readonly visitor: string | undefined }
  | { readonly response: Response }

/** A proof that was used before, by somebody who is not that user any more. */
class UsedProof extends Error {}

/**
 * `POST /v1/identify`: the page's visitor is a user, which the site's backend has signed. `POST /v1/logout`: they are no more;
 * the browser gets a new visitor. Both answer as a profile request does.
 */
export function addIdentityRoutes(app: Hono, context: ServerContext): void {
  const { store, identity, links, audit, writer, hub, limits, budget, trustProxy, now } = context

  const ask = async (c: Context): Promise<Asked> => {
    const { site } = context.publication
    const refused = admit(c, { listed: site.origins, trustProxy })
    if (refused) return { response: refused }
    const body = await readJson(c, MAX_REQUEST_BYTES, budget)
    if (!body.ok) return { response: body.response }
    budget.left += body.bytes
    const parsed = parseProfileRequest(body.value)
    if (!parsed.ok) return { response: refuse(c, 400, 'schema', parsed.error) }
    const request = parsed.value
    if (request.key !== site.keys.browser)
      return { response: refuse(c, 403, 'key', 'The key is not this site’s browser key.') }
    const named = isVisitorId(request.visitor) ? request.visitor : undefined
    const visitor = readVisitorCookie(c.req.header('cookie')) ?? named
    const waitMs = visitor ? limits.identify.take(visitor, 1) : 0
    if (waitMs > 0) {
      const message = 'Too many changes of who this visitor is. Try again later.'
      return { response: refuseForNow(c, { status: 429, code: 'rate', message, retryMs: waitMs }) }
    }
    return { request, body: isObject(body.value) ? body.value : {}, visitor }
  }

  /** Answers with the decisions of whoever the visitor is now. */
  const answer = async (c: Context, request: ProfileRequest, visitor: string, isNew: boolean) => {
    const header = (name: string) => c.req.header(name)
    // The cookie may be of who the visitor was, so the id is named instead.
    const read = (name: string) => (name === 'cookie' ? header(name)?.replace(/(^|;\s*)ub_v=[^;]*/g, '') : header(name))
    const { reply } = await answerProfile(context, { ...request, visitor }, { url: c.req.url, header: read })
    if (isNew || !readVisitorCookie(header('cookie'))) {
      const { cookieDomain } = context.publication.site
      c.header('set-cookie', formatVisitorCookie(visitor, getPublicUrl(c.req.url, header, trustProxy), cookieDomain))
    }
    c.header('cache-control', 'private, no-store')
    c.header('x-content-type-options', 'nosniff')
    return c.json(reply)
  }

  app.post('/v1/identify', async (c) => {
    const asked = await ask(c)
    if ('response' in asked) return asked.response
    const { request, body, visitor } = asked
    const { site } = context.publication
    const user = getOwn(body, 'user')
    if (!isUserId(user)) return refuse(c, 400, 'schema', `user: ${USER_EXPECTED}`)
    const consent = withPrivacyControl(request.consent, c.req.header('sec-gpc') === '1')
    if (consent.personalization !== 'granted')
      return refuse(c, 403, 'consent', 'Without consent to personalization nobody is identified.')
    if (visitor === undefined)
      return refuse(
        c,
        401,
        'visitor',
        'There is no visitor to identify. Ask for a profile first, and let the proof name it.',
      )

    const at = now()
    const proof = checkProof({ site, user, visitor, proof: getOwn(body, 'proof'), now: at })
    if (proof.type === 'expired')
      return refuse(c, 401, 'proof_expired', 'The proof is too old, or good for longer than a day. Make a new one.')
    if (proof.type === 'invalid')
      return refuse(c, 401, 'proof', 'The proof is not one of this site for this visitor and user.')
    if (!(await fetchProfile(store, visitor))) return refuse(c, 503, 'storage', NO_STORAGE)
    const written = await writer.write((): Identified => {
      if (links.getUser(visitor) === user) return { visitor, isChanged: false }
      if (!links.useProof(proof.digest, proof.expiresAt)) throw new UsedProof()
      const identified = identity.identify({ visitor, user, at, site })
      audit.add({ at, actor: `proof:${proof.keyId}`, action: 'identify', about: user })
      return identified
    }, 0)
    if (written.type === 'refused') {
      if (!(written.error instanceof UsedProof)) throw written.error
      return refuse(c, 401, 'proof_used', 'The proof has been used. Make a new one for each log-in.')
    }
    if (written.type !== 'written') return refuse(c, 503, 'storage', NO_STORAGE)
    return answer(c, request, written.value.visitor, written.value.visitor !== visitor)
  })

  app.post('/v1/logout', async (c) => {
    const asked = await ask(c)
    if ('response' in asked) return asked.response
    const { request, visitor } = asked
    const consent = withPrivacyControl(request.consent, c.req.header('sec-gpc') === '1')
    if (visitor !== undefined) {
      const at = now()
      if (!(await fetchProfile(store, visitor))) return refuse(c, 503, 'storage', NO_STORAGE)
      const written = await writer.write(() => {
        const user = links.getUser(visitor)
        if (identity.logOut(visitor, at) && user !== undefined)
          audit.add({ at, actor: 'visitor', action: 'log_out', about: user })
      }, 0)
      if (written.type === 'refused') throw written.error
      if (written.type !== 'written') return refuse(c, 503, 'storage', NO_STORAGE)
      hub.end(visitor)
    }
    if (consent.personalization !== 'granted') return c.body(null, 204)
    return answer(c, request, randomUUID(), true)
  })
}
