import type { Context } from 'hono'
import { getOriginKind } from './getOriginKind.ts'
import { getPublicUrl } from './getPublicUrl.ts'
import { refuse } from './refuse.ts'

export interface Admission {
  /** Other origins that may use this route. */
  readonly listed: readonly string[]
  readonly trustProxy: boolean
  /** Whether who does not tell which page asks may use it: for what holds nothing of a visitor. @default false */
  readonly isOpen?: boolean
}

const MESSAGES = {
  refused:
    'Pages of this origin may not use this server. Add the origin to `origins` in the site config; behind a proxy, keep the Host header, or let it send X-Forwarded-Host and start the server with --trust-proxy.',
  untold:
    'Nothing tells which page asks. Browsers send Origin, Sec-Fetch-Site or Referer; whatever else asks with a browser key sends the origin of the page it asks for: `Origin: https://shop.example`.',
}

/**
 * Admits requests of pages of this origin and of those that the site lists, and lets those read the reply.
 * @returns The refusal for all others, before anything of the request was read.
 */
export function admit(c: Context, { listed, trustProxy, isOpen = false }: Admission): Response | undefined {
  const header = (name: string) => c.req.header(name)
  const origin = header('origin')
  const url = getPublicUrl(c.req.url, header, trustProxy)
  const kind = getOriginKind({ origin, fetchSite: header('sec-fetch-site'), referrer: header('referer'), url, listed })
  // Not the other two: replies are private or everybody's, and a preload that varies by more is asked for twice.
  c.header('vary', 'Origin')
  if (kind === 'refused' || (kind === 'untold' && !isOpen)) return refuse(c, 403, 'origin', MESSAGES[kind])
  if (kind === 'listed' && origin !== undefined) {
    // Credentials are allowed, so the origin is always named, never `*`.
    c.header('access-control-allow-origin', origin)
    c.header('access-control-allow-credentials', 'true')
  }
  return undefined
}
