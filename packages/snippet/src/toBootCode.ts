import type { BootConfig } from '@unblink/protocol'
import { bootSource } from './bootSource.ts'

/** What the snippet looks for in the page's cookies before it touches storage. The build makes sure that it is there once. */
const MARK = '/unblink/'
const VERSION = /^\w+$/

/**
 * The snippet's text with `__CONFIG__` where the configuration goes. For pages that say which manifest they are rendered for, it
 * looks for that one's mark; so the others do not pay a byte for it. Throws when that is no version.
 */
export function toBootCode({ manifest }: Pick<BootConfig, 'manifest'>): string {
  if (manifest === undefined) return bootSource
  if (!VERSION.test(manifest))
    throw new Error(`manifest ${JSON.stringify(manifest)}: expected the version of a manifest, like "5d0c8f6a1b2e"`)
  return bootSource.replace(MARK, `/unblink=(1|${manifest})\\b/`)
}
