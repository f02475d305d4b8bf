import { createHmac } from 'node:crypto'

/** What a proof says: this visitor is this user of this site, until then. */
export interface ProofClaims {
  readonly site: string
  readonly user: string
  readonly visitor: string
  /** Epoch seconds. */
  readonly expiresAtS: number
  readonly keyId: string
}

/**
 * HMAC-SHA256 (RFC 2104) over one line per claim. The first line keeps the signature from passing for any other that the
 * key makes; no claim can hold a line break, so no two sets of claims have the same text.
 */
export const signProof = ({ site, user, visitor, expiresAtS, keyId }: ProofClaims, secret: string): string =>
  createHmac('sha256', secret)
    .update(['unblink identify 1', site, keyId, expiresAtS, visitor, user].join('\n'))
    .digest('base64url')
