import { createHash } from 'node:crypto'
import { getBootConfig, getIntegrity, renderHeadScript } from '@unblink/snippet'
import type { Site } from '../site/site.ts'

/**
 * The external tag's file that is named by its hash: it takes no other runtime than this one. Pages name it with its own
 * integrity, and so everything that they will run.
 * @param runtime The content of `unblink.js`.
 */
export function renderPinnedHead(site: Site, runtime: Uint8Array): { readonly name: string; readonly text: string } {
  const text = renderHeadScript(getBootConfig(site), getIntegrity(runtime))
  return { name: `unblink-head.${createHash('sha256').update(text).digest('hex').slice(0, 16)}.js`, text }
}
