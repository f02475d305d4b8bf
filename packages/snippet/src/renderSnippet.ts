import { createHash } from 'node:crypto'
import type { BootConfig } from '@unblink/protocol'
import { earlySource } from './bootSource.ts'
import { renderScript } from './renderScript.ts'
import { toBootCode } from './toBootCode.ts'
import { toInput } from './toInput.ts'
import { toScriptJson } from './toScriptJson.ts'

/** The inline head code of one site, in the forms that a page needs. */
export interface Snippet {
  /** The whole element, to be put first in `<head>`. */
  readonly html: string
  /** What stands inside the element. */
  readonly script: string
  /** Its Content-Security-Policy source: `'sha256-…'` with the quotes. */
  readonly hash: string
}

/**
 * Renders the snippet. The text depends on the configuration only, so its hash is stable between deployments, unless that names
 * a `manifest`.
 * Throws when `manifest` is no version.
 * @param nonce Put on the element for pages whose policy uses nonces.
 */
export function renderSnippet(config: BootConfig, nonce?: string): Snippet {
  const boot = toBootCode(config).replace('__CONFIG__', () => toScriptJson(toInput(config)))
  const script = config.earlyClicks === false ? boot : `${boot}\n${earlySource}`
  const hash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`
  return { html: renderScript(script, nonce), script, hash }
}
