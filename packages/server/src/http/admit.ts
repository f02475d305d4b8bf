import type { Context } from 'hono'
import { getOriginKind, type OriginKind } from './getOriginKind.ts'

/** Judges the request's origin and, for another origin that the site lists, lets its page read the reply. */
export function admit(c: Context, listed: readonly string[]): OriginKind {
  const origin = c.req.header('origin')
  const kind = getOriginKind({ origin, url: c.req.url, forwardedProto: c.req.header('x-forwarded-proto'), listed })
  c.header('vary', 'Origin')
  if (kind === 'listed' && origin !== undefined) {
    // Credentials are allowed, so the origin is always named, never `*`.
    c.header('access-control-allow-origin', origin)
    c.header('access-control-allow-credentials', 'true')
  }
  return kind
}

export const ORIGIN_REFUSED =
  'Pages of this origin may not use this server. Add the origin to `origins` in the site config, or keep the Host header in your proxy.'
