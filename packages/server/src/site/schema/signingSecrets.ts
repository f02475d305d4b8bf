import { z } from 'zod'
import { check } from './check.ts'
import { choose } from './choose.ts'

const MIN_BYTES = 24
const MAX_BYTES = 64
const MAX_SECRETS = 3

/**
 * One to three secrets of Standard Webhooks, alone or as a list; the output is a list. No message repeats a value.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param mend Where a good one comes from, to end a message with.
 */
export function signingSecrets(mend: string) {
  const expected = `expected a secret of the form "whsec_" and base64; ${mend}`
  const secret = z.string(expected).check(
    check((text) => {
      const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1]
      if (encoded === undefined) return expected
      const bytes = Buffer.from(encoded, 'base64').length
      return bytes < MIN_BYTES || bytes > MAX_BYTES
        ? `the secret has ${bytes} bytes, expected ${MIN_BYTES} to ${MAX_BYTES}; ${mend}`
        : undefined
    }),
  )
  const list = z
    .array(secret)
    .min(1, 'expected at least one secret')
    .max(MAX_SECRETS, `expected at most ${MAX_SECRETS} secrets`)
  return choose<unknown>((value) => (Array.isArray(value) ? list : secret.transform((one) => [one])))
}
