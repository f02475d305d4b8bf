/** `none`: not from another page, or too old to say. `same`: the server's own. `listed`: another one that the site allows. */
export type OriginKind = 'none' | 'same' | 'listed' | 'refused'

export interface OriginFacts {
  /** The Origin header. */
  readonly origin: string | undefined
  /** Whether the browser says, beside the Origin header, that a page of another origin asks. @default false */
  readonly isElsewhere?: boolean
  /** Address of the request as the visitor's browser has it, as far as that is known. */
  readonly url: URL
  readonly listed: readonly string[]
}

/** Judges where a request comes from; whole origins are compared, so that no suffix or prefix passes for another. */
export function getOriginKind({ origin, isElsewhere = false, url, listed }: OriginFacts): OriginKind {
  // Whoever embeds an address, as an image or a script, sends no origin that could be listed.
  if (origin === undefined) return isElsewhere ? 'refused' : 'none'
  if (listed.includes(origin)) return 'listed'
  if (!URL.canParse(origin)) return 'refused'
  const from = new URL(origin)
  // A proxy that ends TLS may not say so, so an https page may post to what looks like http here. Never the reverse.
  const isSchemeFine = from.protocol === 'https:' || (from.protocol === 'http:' && url.protocol !== 'https:')
  return from.origin === origin && from.host === url.host && isSchemeFine ? 'same' : 'refused'
}
