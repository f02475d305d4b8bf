/** `same`: a page of the server's own origin asks. `listed`: one of another origin that the site allows. `untold`: nobody says who. */
type OriginKind = 'same' | 'listed' | 'refused' | 'untold'

export interface OriginFacts {
  /** The Origin header. Browsers leave it out where a page asks its own origin with GET. */
  readonly origin: string | undefined
  /** The Sec-Fetch-Site header, which no page can set; engines without it, and addresses without TLS, have none. */
  readonly fetchSite?: string | undefined
  /** The Referer header. */
  readonly referrer?: string | undefined
  /** Address of the request as the visitor's browser has it, as far as that is known. */
  readonly url: URL
  readonly listed: readonly string[]
}

function isSame(origin: string, url: URL): boolean {
  if (!URL.canParse(origin)) return false
  const from = new URL(origin)
  // A proxy that ends TLS may not say so, so an https page may post to what looks like http here. Never the reverse.
  const isSchemeFine = from.protocol === 'https:' || (from.protocol === 'http:' && url.protocol !== 'https:')
  return from.origin === origin && from.host === url.host && isSchemeFine
}

/**
 * Judges which page asks; whole origins are compared, so that no suffix or prefix passes for another. The browser's own word
 * for "the same" counts most: behind a rewrite that changes the host, Origin looks like another's, and with `no-referrer` it
 * is `null` (https://fetch.spec.whatwg.org/#origin-header).
 */
export function getOriginKind({ origin, fetchSite, referrer = '', url, listed }: OriginFacts): OriginKind {
  if (fetchSite === 'same-origin') return 'same'
  if (origin !== undefined) {
    if (listed.includes(origin)) return 'listed'
    // What looks the same to us and not to the browser is the same host over http, where the proxy in front ends TLS.
    return fetchSite === undefined && isSame(origin, url) ? 'same' : 'refused'
  }
  // Whoever embeds an address, as an image or a script, sends no origin that could be listed.
  if (fetchSite !== undefined) return fetchSite === 'none' ? 'untold' : 'refused'
  if (!URL.canParse(referrer)) return 'untold'
  return isSame(new URL(referrer).origin, url) ? 'same' : 'refused'
}
