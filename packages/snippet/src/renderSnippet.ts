import { createHash } from 'node:crypto'
import type { BootConfig } from '@unblink/protocol'
import { bootSource } from './bootSource.ts'

/** The inline head code of one site, in the forms that a page needs. */
export interface Snippet {
  /** The whole element, to be put first in `<head>`. */
  readonly html: string
  /** What stands inside the element. */
  readonly script: string
  /** Its Content-Security-Policy source: `'sha256-…'` with the quotes. */
  readonly hash: string
}

/** Escapes what would end the script element or a line of script inside JSON (https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements). */
const toScriptJson = (value: unknown): string =>
  JSON.stringify(value).replace(/</g, '\\u003c').replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029')

/**
 * Renders the snippet. The text depends on the configuration only, so its hash is stable between deployments.
 * @param nonce Put on the element for pages whose policy uses nonces.
 */
export function renderSnippet(config: BootConfig, nonce?: string): Snippet {
  const script = bootSource.replace('__CONFIG__', () => toScriptJson(config))
  const hash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`
  const attribute = nonce ? ` nonce="${nonce.replace(/[^\w+/=-]/g, '')}"` : ''
  return { html: `<script${attribute}>${script}</script>`, script, hash }
}
