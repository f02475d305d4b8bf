import { startStandIn, type StandIn } from './startStandIn.ts'

/** What an engine tells of a visitor; it leaves out the parts that it has nothing in. */
export interface MomentsVisitor {
  readonly audiences?: readonly string[]
  readonly badges?: readonly string[]
  readonly properties?: Readonly<Record<string, string>>
  readonly metrics?: Readonly<Record<string, number>>
  readonly flags?: Readonly<Record<string, boolean>>
  readonly dates?: Readonly<Record<string, number>>
}

export const MOMENTS_ENGINE = '/personalization/accounts/bank/profiles/main/engines/e-1'
/** An engine lists the domains whose pages may ask. */
export const MOMENTS_DOMAIN = 'https://www.bank.example/'

/**
 * Stands in for the Moments API of Tealium, as https://docs.tealium.com/server-side/moments-api/endpoint/ describes it: no
 * key but an engine with a list of domains, a visitor in the path, and for who is not known 404, or with
 * `suppressNotFound=true` a 200 with an empty body.
 */
export function startMomentsApi(visitors: Record<string, MomentsVisitor>): Promise<StandIn> {
  return startStandIn(({ method, url = '', headers }) => {
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1')
    const [, engine, encoded] = /^(.+)\/visitors\/([^/]+)$/.exec(pathname) ?? []
    if (method !== 'GET' || engine !== MOMENTS_ENGINE || encoded === undefined)
      return { status: 404, json: { message: 'Not Found' }, refused: `no engine at ${method} ${pathname}` }
    if (!headers.referer?.startsWith(MOMENTS_DOMAIN))
      return { status: 403, json: { message: 'Forbidden' }, refused: `not for ${headers.referer ?? 'nobody'}` }
    const id = decodeURIComponent(encoded)
    const known = Object.hasOwn(visitors, id) ? visitors[id] : undefined
    if (known) return { status: 200, json: known }
    return searchParams.get('suppressNotFound') === 'true' ? { status: 200 } : { status: 404 }
  })
}
