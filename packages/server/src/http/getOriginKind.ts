/** `none`: not from a page's script, or too old to say. `same`: the server's own. `listed`: another one that the site allows. */
export type OriginKind = 'none' | 'same' | 'listed' | 'refused'

export interface OriginFacts {
  /** The Origin header. */
  readonly origin: string | undefined
  /** Address of the request as the visitor's browser has it, as far as that is known. */
  readonly url: URL
  readonly listed: readonly string[]
}

/** Judges where a request comes from; whole origins are compared, so that no suffix or prefix passes for another. */
export function getOriginKind({ origin, url, listed }: OriginFacts): OriginKind {
  if (origin === undefined) return 'none'
  if (listed.includes(origin)) return 'listed'
  if (!URL.canParse(origin)) return 'refused'
  const from = new URL(origin)
  // A proxy that ends TLS may not say so, so an https page may post to what looks like http here. Never the reverse.
  const isSchemeFine = from.protocol === 'https:' || (from.protocol === 'http:' && url.protocol !== 'https:')
  return from.origin === origin && from.host === url.host && isSchemeFine ? 'same' : 'refused'
}
