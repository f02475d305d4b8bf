import { startStandIn, type Answer, type StandIn } from './startStandIn.ts'

export const PROFILE_SPACE = 'lg8283283'
export const PROFILE_TOKEN = 'segment-access-token'

/** By identifier, `anonymous_id:…` or `user_id:…`: what is known of whom. */
export type KnownProfiles = Record<string, Readonly<Record<string, unknown>>>

const PATH = /^\/v1\/spaces\/([^/]+)\/collections\/users\/profiles\/([^/]+)\/traits$/

const refuse = (status: number, code: string, message: string): Answer => ({
  status,
  json: { error: { code, message } },
  refused: message,
})

/**
 * Stands in for the Profile API of Twilio Segment, as https://www.twilio.com/docs/segment/unify/profile-api describes it:
 * basic authentication with the token as user and no password, identifiers as `type:id`, ten traits unless `limit` asks for
 * more (at most 200), `include` for some, a cursor, errors as `{ error: { code, message } }`, and 404 for who is not known.
 */
export function startProfileApi(profiles: KnownProfiles): Promise<StandIn> {
  return startStandIn(({ method, url = '', headers }) => {
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1')
    if (headers.authorization !== `Basic ${Buffer.from(`${PROFILE_TOKEN}:`).toString('base64')}`)
      return refuse(401, 'authentication_error', 'No valid access token was given.')
    const [, space, encoded] = PATH.exec(pathname) ?? []
    if (method !== 'GET' || space === undefined || encoded === undefined)
      return refuse(404, 'not_found', `There is no resource ${method} ${pathname}.`)
    if (space !== PROFILE_SPACE) return refuse(403, 'invalid_request_error', 'The token is not of this space.')
    const identifier = decodeURIComponent(encoded)
    if (!/^(anonymous_id|user_id):./.test(identifier)) return refuse(404, 'not_found', 'The identifier has no type.')
    const limit = Number(searchParams.get('limit') ?? 10)
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= 200))
      return refuse(400, 'validation_error', 'The parameter `limit` is out of range.')
    const known = Object.hasOwn(profiles, identifier) ? profiles[identifier] : undefined
    // Not refused: the request was right, and nobody is known by this name.
    if (!known) return { status: 404, json: { error: { code: 'not_found', message: 'Profile was not found.' } } }
    const include = searchParams.get('include')?.split(',')
    const all = Object.entries(known).filter(([name]) => !include || include.includes(name))
    const has_more = all.length > limit
    return {
      status: 200,
      json: {
        traits: Object.fromEntries(all.slice(0, limit)),
        cursor: { url: pathname, has_more, next: has_more ? all[limit - 1]![0] : '', limit },
      },
    }
  })
}
