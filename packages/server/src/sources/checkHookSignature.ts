import { createHmac, timingSafeEqual } from 'node:crypto'

/** The headers of a delivery, as they came. */
export interface HookHeaders {
  readonly id: string | undefined
  readonly timestamp: string | undefined
  readonly signature: string | undefined
}

/** `headers`: one is missing or cannot be read. `stale`: signed too long ago, or in the future. `unsigned`: nobody we know has signed it. */
export type HookSignature = 'headers' | 'stale' | 'unsigned' | 'signed'

/** As the specification advises: deliveries are signed anew for each attempt. */
const TOLERANCE_MS = 5 * 60_000
const MAX_SIGNATURES = 10
const ID = /^[\x21-\x7e]{1,256}$/
const TIMESTAMP = /^\d{1,12}$/

/** What can be told before the body is read. */
export function checkHookHeaders({ id, timestamp, signature }: HookHeaders, now: number): HookSignature {
  if (!id || !ID.test(id) || !timestamp || !TIMESTAMP.test(timestamp) || !signature) return 'headers'
  return Math.abs(now - Number(timestamp) * 1_000) > TOLERANCE_MS ? 'stale' : 'signed'
}

/**
 * Judges a delivery by Standard Webhooks: HMAC-SHA256 over `id.timestamp.body` with any of the secrets, as one of the
 * space-separated signatures `v1,<base64>`; other versions are passed over. Takes the same time whichever secret it is, and
 * whether it is one.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param secrets `whsec_` and base64.
 */
export function checkHookSignature(
  headers: HookHeaders,
  body: string,
  secrets: readonly string[],
  now: number,
): HookSignature {
  const early = checkHookHeaders(headers, now)
  if (early !== 'signed') return early
  const sent = headers
    .signature!.split(' ', MAX_SIGNATURES)
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice(3), 'base64'))
  let isSigned = false
  for (const secret of secrets) {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    const expected = createHmac('sha256', key).update(`${headers.id}.${headers.timestamp}.${body}`).digest()
    for (const one of sent) if (one.length === expected.length && timingSafeEqual(one, expected)) isSigned = true
  }
  return isSigned ? 'signed' : 'unsigned'
}
