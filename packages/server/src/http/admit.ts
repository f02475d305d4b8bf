import type { Context } from 'hono'
import { getOriginKind, type OriginKind } from './getOriginKind.ts'
import { getPublicUrl } from './getPublicUrl.ts'

export interface Admission {
  /** Other origins that may use this route. */
  readonly listed: readonly string[]
  readonly trustProxy: boolean
}

/** Judges the request's origin and, for another origin that the site lists, lets its page read the reply. */
export function admit(c: Context, { listed, trustProxy }: Admission): OriginKind {
  const origin = c.req.header('origin')
  const url = getPublicUrl(c.req.url, (name) => c.req.header(name), trustProxy)
  const isElsewhere =
    /^(cross|same)-site$/.test(c.req.header('sec-fetch-site') ?? '') && c.req.header('sec-fetch-mode') !== 'navigate'
  const kind = getOriginKind({ origin, isElsewhere, url, listed })
  c.header('vary', 'Origin')
  if (kind === 'listed' && origin !== undefined) {
    // Credentials are allowed, so the origin is always named, never `*`.
    c.header('access-control-allow-origin', origin)
    c.header('access-control-allow-credentials', 'true')
  }
  return kind
}

export const ORIGIN_REFUSED =
  'Pages of this origin may not use this server. Add the origin to `origins` in the site config; behind a proxy, keep the Host header, or let it send X-Forwarded-Host and start the server with --trust-proxy.'
