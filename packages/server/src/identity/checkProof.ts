import { createHash, timingSafeEqual } from 'node:crypto'
import { getOwn } from '@unblink/protocol'
import { FULL_KEY, type ScopedKey } from '../site/keyScopes.ts'
import type { Site } from '../site/site.ts'
import { signProof } from './signProof.ts'

export type CheckedProof =
  | {
      readonly type: 'valid'
      readonly keyId: string
      /** By which a proof is known when it comes again. */
      readonly digest: string
      /** Epoch milliseconds. */
      readonly expiresAt: number
    }
  /** Not made with a key of this site for this visitor and user. */
  | { readonly type: 'invalid' }
  /** Sound, but its time is over, or further ahead than a day. */
  | { readonly type: 'expired' }

/** A proof for longer would be a password. */
const MAX_LIFE_MS = 86_400_000
/** There is one version and one algorithm: what makes the signature is never the token's to say. */
const TOKEN = /^1\.([a-z0-9-]{1,40})\.(\d{1,12})\.([\w-]{43})$/

function findSecret({ keys }: Site, keyId: string): string | undefined {
  if (keyId === FULL_KEY) return keys.server
  const key = getOwn(keys.servers ?? {}, keyId) as ScopedKey | undefined
  return key?.scopes.includes('identify') ? key.secret : undefined
}

export interface ProofQuestion {
  readonly site: Site
  readonly user: string
  readonly visitor: string
  readonly proof: unknown
  /** Epoch milliseconds. */
  readonly now: number
}

/** Checks a proof in constant time. Whatever is wrong beside the time is one and the same answer. */
export function checkProof({ site, user, visitor, proof, now }: ProofQuestion): CheckedProof {
  const [, keyId = '', expiry = '', signature = ''] = (typeof proof === 'string' && TOKEN.exec(proof)) || []
  const secret = findSecret(site, keyId)
  if (secret === undefined) return { type: 'invalid' }
  const claims = { site: site.id, user, visitor, keyId, expiresAtS: Number(expiry) }
  const expected = Buffer.from(signProof(claims, secret))
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { type: 'invalid' }
  const expiresAt = Number(expiry) * 1_000
  if (expiresAt <= now || expiresAt > now + MAX_LIFE_MS) return { type: 'expired' }
  return { type: 'valid', keyId, digest: createHash('sha256').update(signature).digest('base64url'), expiresAt }
}
