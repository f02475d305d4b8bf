/** `none`: not from a page's script, or too old to say. `same`: the server's own. `listed`: another one that the site allows. */
export type OriginKind = 'none' | 'same' | 'listed' | 'refused'

export interface OriginFacts {
  /** The Origin header. */
  readonly origin: string | undefined
  /** Address of the request, with the Host header's host. */
  readonly url: string
  /** The X-Forwarded-Proto header of a proxy that ended TLS. */
  readonly forwardedProto: string | undefined
  readonly listed: readonly string[]
}

/** Judges where a request comes from; whole origins are compared, so that no suffix or prefix passes for another. */
export function getOriginKind({ origin, url, forwardedProto, listed }: OriginFacts): OriginKind {
  if (origin === undefined) return 'none'
  if (listed.includes(origin)) return 'listed'
  if (!URL.canParse(origin)) return 'refused'
  const from = new URL(origin)
  const to = new URL(url)
  // A proxy that ends TLS may not say so, so an https page may post to what looks like http here. Never the reverse.
  const isSecure = to.protocol === 'https:' || forwardedProto === 'https'
  const isSchemeFine = from.protocol === 'https:' || (from.protocol === 'http:' && !isSecure)
  return from.origin === origin && from.host === to.host && isSchemeFine ? 'same' : 'refused'
}
