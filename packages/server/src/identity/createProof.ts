import { isVisitorId } from '../http/visitorCookie.ts'
import { FULL_KEY } from '../site/keyScopes.ts'
import { isUserId, USER_EXPECTED } from './isUserId.ts'
import { signProof } from './signProof.ts'

export interface ProofInput {
  /** The site's id. */
  readonly site: string
  /** The site's own id of the user who is logged in. Nothing that tells who they are: see `docs/identity.md`. */
  readonly user: string
  /** The visitor whom the page's request is from: the cookie `ub_v`, or `visitor` of a profile reply. */
  readonly visitor: string
  /** The key's id in the site config: a name in `keys.servers`, or `server` for `keys.server`. @default 'server' */
  readonly keyId?: string
  /** That key. */
  readonly secret: string
  /** Epoch milliseconds; at most a day ahead. @default in ten minutes */
  readonly expiresAt?: number
}

const LIFE_MS = 10 * 60_000

/**
 * The proof that a page hands on with `unblink.push('identify', { user, proof })`: made by the site's own backend once it
 * knows who has logged in. Good for this visitor and user only, once, until it expires. Throws when an id is not sound.
 */
export function createProof({
  site,
  user,
  visitor,
  keyId = FULL_KEY,
  secret,
  expiresAt = Date.now() + LIFE_MS,
}: ProofInput): string {
  if (!isUserId(user)) throw new Error(`user: ${USER_EXPECTED}`)
  if (!isVisitorId(visitor))
    throw new Error(
      'visitor: expected the value of the cookie ub_v, a UUIDv4 in lower case; without one there is nobody to identify',
    )
  if (!/^[a-z0-9-]{1,40}$/.test(keyId)) throw new Error('keyId: expected 1 to 40 of a-z, 0-9 and -')
  if (secret.length < 16) throw new Error('secret: expected the key itself, at least 16 characters')
  const expiresAtS = Math.floor(expiresAt / 1_000)
  return `1.${keyId}.${expiresAtS}.${signProof({ site, user, visitor, expiresAtS, keyId }, secret)}`
}
