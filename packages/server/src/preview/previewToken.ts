import { createHmac, timingSafeEqual } from 'node:crypto'
import { isObject } from '@unblink/protocol'

/** What is to be shown whatever the rules say, by slot. */
export type Overrides = Readonly<Record<string, { readonly experience: string; readonly variant: string }>>

export interface Preview {
  readonly show: Overrides
  /** Epoch milliseconds at which it ends. */
  readonly until: number
}

/** The label keeps this signature from passing for any other that the key makes. */
const sign = (site: string, key: string, body: string): string =>
  createHmac('sha256', key).update(`unblink preview\n${site}\n${body}`).digest('base64url')

/** A preview as text that only who has the server key can make: the characters of base64url and one dot. */
export function formatPreviewToken(preview: Preview, site: string, key: string): string {
  const body = Buffer.from(JSON.stringify(preview)).toString('base64url')
  return `${body}.${sign(site, key, body)}`
}

/** What a token says; undefined when it is not ours, or over at `now`. */
export function parsePreviewToken(token: string, site: string, key: string, now: number): Preview | undefined {
  const [body = '', signature = ''] = token.split('.')
  const expected = Buffer.from(sign(site, key, body))
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  // Signed, so written by us: by this version or an earlier one.
  const preview = JSON.parse(Buffer.from(body, 'base64url').toString()) as Preview
  return preview.until > now && isObject(preview.show) ? preview : undefined
}
